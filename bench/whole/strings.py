# Strings built, split, joined, formatted, translated; a generator, a class.
import hashlib

class Table:
    def __init__(self):
        self.rows = []

    def add(self, *cells):
        self.rows.append(cells)

    def lines(self):
        widths = [max(len(str(row[i])) for row in self.rows) for i in range(len(self.rows[0]))]
        for row in self.rows:
            yield " | ".join(f"{str(cell):>{width}}" for cell, width in zip(row, widths))

table = Table()
word = "hearth"
for i in range(12_000):
    word = word[1:] + chr(97 + (i * 7 + ord(word[0])) % 26)
    table.add(i, word, word.upper()[::-1], f"{i / 7:.3f}", hex(i), "-".join(word))
text = "\n".join(table.lines())
turned = text.translate(str.maketrans("abcdef", "fedcba")).replace("|", "/")
print(len(text), hashlib.md5(turned.encode()).hexdigest(), turned.count("a"), text.split("\n")[777])
