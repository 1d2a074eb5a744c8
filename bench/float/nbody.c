/* Gravity among five bodies: float adds, multiplies, a division and a root a pair. */
#include <math.h>
#include <string.h>
#include "bench.h"

enum { BODIES = 5, STEPS = 1000000 };

static struct body { double x[3], v[3], mass; } body[BODIES];

static void advance(double dt)
{
	for (int i = 0; i < BODIES; i++)
		for (int j = i + 1; j < BODIES; j++) {
			double d[3], square = 0, pull;

			for (int k = 0; k < 3; k++) {
				d[k] = body[i].x[k] - body[j].x[k];
				square += d[k] * d[k];
			}
			pull = dt / (square * sqrt(square));
			for (int k = 0; k < 3; k++) {
				body[i].v[k] -= d[k] * body[j].mass * pull;
				body[j].v[k] += d[k] * body[i].mass * pull;
			}
		}
	for (int i = 0; i < BODIES; i++)
		for (int k = 0; k < 3; k++)
			body[i].x[k] += dt * body[i].v[k];
}

int main(void)
{
	uint64_t seed = 4, bits;
	double began = bench_now(), sum = 0;

	for (int i = 0; i < BODIES; i++) {
		body[i].mass = i ? 0.01 * i : 40;
		for (int k = 0; k < 3; k++) {
			body[i].x[k] = i * (2 + (bench_random(&seed) % 1000) / 1000.0);
			body[i].v[k] = i ? (bench_random(&seed) % 1000) / 500.0 - 1 : 0;
		}
	}
	for (int i = 0; i < STEPS; i++)
		advance(0.001);
	for (int i = 0; i < BODIES; i++)
		for (int k = 0; k < 3; k++)
			sum += body[i].x[k] * (k + 1);
	memcpy(&bits, &sum, sizeof(bits));
	return bench_done(bits, began);
}
