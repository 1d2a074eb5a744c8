# JSON written and read, regular expressions, dictionaries, sorting.
import json, re, hashlib

text = open("text").read(300_000)
count = {}
for word in re.findall(r"[a-z]+", text):
    count[word] = count.get(word, 0) + 1
numbers = [int(n) for n in re.findall(r"\b\d{2,5}\b", text)]
lines = [{"line": i, "words": line.split(), "numbers": re.findall(r"\d+", line)}
         for i, line in enumerate(text.splitlines())]
encoded = json.dumps({"count": count, "numbers": numbers, "lines": lines}, sort_keys=True)
again = json.loads(encoded)
assert again["count"] == count
swapped = re.sub(r"\b([aeiou])([a-z]+), (\w+)", lambda m: m[3] + " " + m[2] + m[1], text)
best = sorted(count.items(), key=lambda item: (-item[1], item[0]))[:10]
print(len(encoded), hashlib.md5(swapped.encode()).hexdigest(), sum(numbers), best)
