/* Integer work: sieve, CRC, a run-length coder and a small interpreter. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static uint32_t crc(const uint8_t *data, int len)
{
	uint32_t sum = ~0u;

	for (int i = 0; i < len; i++) {
		sum ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (0xedb88320 & -(sum & 1));
	}
	return ~sum;
}

static int interpret(const char *code)
{
	int stack[16], top = 0;

	for (; *code; code++) {
		switch (*code) {
		case '0' ... '9': stack[top++] = *code - '0'; break;
		case '+': top--; stack[top - 1] += stack[top]; break;
		case '-': top--; stack[top - 1] -= stack[top]; break;
		case '*': top--; stack[top - 1] *= stack[top]; break;
		case '/': top--; stack[top - 1] /= stack[top]; break;
		case '%': top--; stack[top - 1] %= stack[top]; break;
		case 'd': stack[top] = stack[top - 1]; top++; break;
		}
	}
	return stack[0];
}

int main(void)
{
	static uint8_t sieve[100000], coded[200000];
	int primes = 0, out = 0;

	for (int i = 2; i < 100000; i++) {
		if (sieve[i])
			continue;
		primes++;
		for (long long j = (long long)i * i; j < 100000; j += i)
			sieve[j] = 1;
	}
	printf("%d primes, crc %08x\n", primes, (unsigned)crc(sieve, sizeof(sieve)));
	for (int i = 0, run; i < 100000; i += run) {
		for (run = 1; i + run < 100000 && run < 255 && sieve[i + run] == sieve[i]; run++)
			;
		coded[out++] = run;
		coded[out++] = sieve[i];
	}
	printf("%d bytes, crc %08x\n", out, (unsigned)crc(coded, out));
	printf("%d %d\n", interpret("34*5+6-d*7%"), interpret("99*8*7*6*5/"));
	return 0;
}
