/* The scheduler's policies with a clock of the test's own: shares, slices, latencies. */
#include <stdlib.h>
#include <string.h>

#include "abi/process.h"
#include "../../src/sched/runq.h"
#include "../unit.h"

enum { US = 1000, MS = 1000 * 1000, TICK_NS = 100 * US, CROWD = 256 };

static struct run_queue q;
static struct thread crowd[CROWD];
static struct thread *running[HART_MAX];
static uint64_t ran_ns[CROWD], switches;

static void add(unsigned i, int policy, int nice, int rt_priority)
{
	struct sched_attr_k attr = { policy, nice, rt_priority, 0 };

	memset(&crowd[i], 0, sizeof(crowd[i]));
	list_init(&crowd[i].run_link);
	crowd[i].sched.nice = 0;
	runq_init_thread(&crowd[i]);
	runq_change(&q, &crowd[i], &attr);
	runq_wake(&q, &crowd[i]);
	ran_ns[i] = 0;
}

static void begin(enum sched_policy policy, unsigned harts)
{
	runq_init(&q, policy, harts);
	memset(running, 0, sizeof(running));
	switches = 0;
}

/* One tick of every hart, as sched_tick() does it. */
static void tick(void)
{
	for (unsigned h = 0; h < q.harts; h++) {
		struct thread *t = running[h];

		if (t) {
			runq_charge(&q, t, TICK_NS);
			ran_ns[t - crowd] += TICK_NS;
			if (!runq_should_switch(&q, t, h))
				continue;
			runq_put_back(&q, t, false);
		}
		running[h] = runq_pick(&q, h);
		switches += running[h] != t;
	}
}

static void run_for(uint64_t ns)
{
	for (uint64_t now = 0; now < ns; now += TICK_NS)
		tick();
}

/* `i` goes to sleep, wherever it is; true if it was running. */
static void put_to_sleep(unsigned i)
{
	for (unsigned h = 0; h < q.harts; h++)
		if (running[h] == &crowd[i]) {
			runq_sleep(&q, &crowd[i]);
			running[h] = NULL;
		}
}

/* Share of `i` in thousandths of all that `nr` threads got. */
static int share(unsigned i, unsigned nr)
{
	uint64_t all = 0;

	for (unsigned k = 0; k < nr; k++)
		all += ran_ns[k];
	return (int)(ran_ns[i] * 1000 / all);
}

#define CHECK_NEAR(is, want, per_cent) \
	CHECK(labs((long)(is) - (long)(want)) * 100 <= (long)(want) * (per_cent))

/* ---- shares ---------------------------------------------------------------------------- */

static void shares_follow_nice(void)
{
	static const int nice[] = { -5, 0, 0, 5, 10 };
	static const int weight[] = { 3121, 1024, 1024, 335, 110 };

	begin(SCHED_EEVDF, 1);
	for (unsigned i = 0; i < 5; i++)
		add(i, ABI_SCHED_NORMAL, nice[i], 0);
	run_for(20000ull * MS);
	for (unsigned i = 0; i < 5; i++) {
		UNIT_CONTEXT("nice %d", nice[i]);
		CHECK_NEAR(share(i, 5), 1000 * weight[i] / (3121 + 1024 + 1024 + 335 + 110), 5);
	}
}

static void shares_on_two_harts(void)
{
	begin(SCHED_EEVDF, 2);
	for (unsigned i = 0; i < 6; i++)
		add(i, ABI_SCHED_NORMAL, i < 3 ? 0 : 3, 0);
	run_for(10000ull * MS);
	for (unsigned i = 0; i < 6; i++)
		CHECK_NEAR(share(i, 6), (i < 3 ? 1024 : 526) * 1000 / (3 * (1024 + 526)), 5);
}

/* One that never sleeps leaves the others a twentieth; alone it has all. */
static void real_time_is_throttled(void)
{
	begin(SCHED_EEVDF, 1);
	add(0, ABI_SCHED_FIFO, 0, 50);
	add(1, ABI_SCHED_NORMAL, 0, 0);
	add(2, ABI_SCHED_NORMAL, 0, 0);
	run_for(10000ull * MS);
	CHECK_NEAR(share(0, 3), 950, 5);
	CHECK_NEAR(share(1, 3), 25, 3);
	memset(ran_ns, 0, sizeof(ran_ns));
	runq_lend(&q, &crowd[2], 60);      /* it holds something that is waited for */
	run_for(900 * MS);
	CHECK(share(2, 3) > 980);
	runq_lend(&q, &crowd[2], 0);
	memset(ran_ns, 0, sizeof(ran_ns));
	run_for(10000ull * MS);
	CHECK_NEAR(share(0, 3), 950, 5);
}

/* Nice -20 beside two of nice 0 is owed nearly both harts and can use one: the other is shared. */
static void more_than_a_hart(void)
{
	begin(SCHED_EEVDF, 2);
	add(0, ABI_SCHED_NORMAL, -20, 0);
	add(1, ABI_SCHED_NORMAL, 0, 0);
	add(2, ABI_SCHED_NORMAL, 0, 0);
	run_for(2000ull * MS);
	CHECK_NEAR(share(0, 3), 500, 5);
	CHECK_NEAR(share(1, 3), 250, 5);
	/* One who comes later does not have to catch up, nor do the others. */
	add(3, ABI_SCHED_NORMAL, 0, 0);
	memset(ran_ns, 0, sizeof(ran_ns));
	run_for(100 * MS);
	CHECK(share(3, 4) > 80 && share(3, 4) < 300);
	CHECK(share(1, 4) > 80);
}

/* All bound to one of two harts: the heaviest can have its share there. */
static void heavy_on_one_of_two(void)
{
	static const int nice[] = { -5, 0, 5 }, weight[] = { 3121, 1024, 335 };

	begin(SCHED_EEVDF, 2);
	for (unsigned i = 0; i < 3; i++) {
		add(i, ABI_SCHED_NORMAL, nice[i], 0);
		runq_bind(&q, &crowd[i], 2);
	}
	run_for(10000ull * MS);
	for (unsigned i = 0; i < 3; i++)
		CHECK_NEAR(share(i, 3), 1000 * weight[i] / (3121 + 1024 + 335), 3);
	CHECK(!running[0]);
}

/* All bound to one of two harts, whose clock stands still now and then (the host runs somebody
 * else): the shares are as ever. */
static void shares_on_a_stalling_hart(void)
{
	static const int weight[] = { 1024, 1024, 335, 110 };

	begin(SCHED_EEVDF, 2);
	for (unsigned i = 0; i < 4; i++) {
		add(i, ABI_SCHED_NORMAL, (int[]){ 0, 0, 5, 10 }[i], 0);
		runq_bind(&q, &crowd[i], 1);
	}
	for (unsigned n = 0; n < 200000; n++) {
		tick();
		if (n % 300 == 0 && running[0]) {
			runq_charge(&q, running[0], 30 * MS);
			ran_ns[running[0] - crowd] += 30 * MS;
		}
	}
	for (unsigned i = 0; i < 4; i++)
		CHECK_NEAR(share(i, 4), weight[i] * 1000 / 2493, 5);
}

/* Time that nobody else wanted is not held against anybody. */
static void alone_is_free(void)
{
	begin(SCHED_EEVDF, 2);
	add(0, ABI_SCHED_NORMAL, 0, 0);
	add(1, ABI_SCHED_NORMAL, 19, 0);
	run_for(10000ull * MS);
	CHECK_EQ(share(1, 2), 500);
	add(2, ABI_SCHED_NORMAL, 0, 0);
	memset(ran_ns, 0, sizeof(ran_ns));
	run_for(5000ull * MS);
	CHECK(share(1, 3) >= 5);
}

static void idle_gets_the_rest(void)
{
	begin(SCHED_EEVDF, 1);
	add(0, ABI_SCHED_IDLE, 0, 0);
	add(1, ABI_SCHED_NORMAL, 0, 0);
	run_for(4000ull * MS);
	CHECK(share(0, 2) <= 5);
	CHECK(ran_ns[0] > 0);
}

/* A thread that sleeps half of the time gets what it asks for, and soon. */
static void sleepers_wait_little(void)
{
	uint64_t waited = 0, worst = 0;

	begin(SCHED_EEVDF, 1);
	for (unsigned i = 1; i < 5; i++)
		add(i, ABI_SCHED_NORMAL, 0, 0);
	run_for(100 * MS);
	add(0, ABI_SCHED_NORMAL, 0, 0);
	for (int i = 0; i < 2000; i++) {
		while (running[0] != &crowd[0]) {
			tick();
			waited += TICK_NS;
		}
		worst = MAX(worst, waited);
		waited = 0;
		tick();
		put_to_sleep(0);
		run_for(9 * MS);
		if (crowd[0].on_queue == THREAD_AWAY)
			runq_wake(&q, &crowd[0]);
	}
	CHECK(worst <= 4 * MS);
}

/* ---- slices --------------------------------------------------------------------------------- */

static uint64_t mean_slice(enum sched_policy policy, unsigned harts, unsigned nr)
{
	begin(policy, harts);
	for (unsigned i = 0; i < nr; i++)
		add(i, ABI_SCHED_NORMAL, 0, 0);
	run_for(3000ull * MS);
	return 3000ull * MS * harts / switches;
}

static void slices(void)
{
	CHECK_NEAR(mean_slice(SCHED_ROUND_ROBIN, 1, 3), 10 * MS, 5);     /* B2 */
	CHECK_NEAR(mean_slice(SCHED_LATENCY, 1, 3), 5 * MS, 5);          /* B3 */
	CHECK_NEAR(mean_slice(SCHED_LATENCY, 1, 10), 1500 * US, 10);     /* B3 */
	CHECK_NEAR(mean_slice(SCHED_LATENCY, 1, 100), 750 * US, 10);     /* B4 */
	CHECK_NEAR(mean_slice(SCHED_EEVDF, 1, 3), 700 * US, 10);         /* B5 */
	/* On several harts some are owed more than one slice when theirs is over. */
	CHECK_NEAR(mean_slice(SCHED_EEVDF, 2, 5), 1750 * US, 25);
	CHECK_NEAR(mean_slice(SCHED_EEVDF, 8, 20), 3500 * US, 25);
}

static void slice_of_ones_own(void)
{
	struct sched_attr_k attr = { ABI_SCHED_NORMAL, 0, 0, 20 * MS };

	begin(SCHED_EEVDF, 1);
	for (unsigned i = 0; i < 2; i++) {
		add(i, ABI_SCHED_NORMAL, 0, 0);
		runq_change(&q, &crowd[i], &attr);
	}
	run_for(2000 * MS);
	CHECK_NEAR(2000ull * MS / switches, 20 * MS, 10);
}

/* One that sleeps most of the time waits for a slice at most, whatever its weight. */
static uint64_t wait_of_sleeper(int nice)
{
	uint64_t waited = 0;
	enum { ROUNDS = 500, REST = 20 };      /* ticks between wake-ups */

	begin(SCHED_EEVDF, 1);
	add(0, ABI_SCHED_NORMAL, nice, 0);
	for (unsigned i = 1; i < 9; i++)
		add(i, ABI_SCHED_NORMAL, 0, 0);
	run_for(100 * MS);
	for (unsigned n = 0; n < ROUNDS; n++) {
		while (running[0] != &crowd[0]) {
			tick();
			waited++;
		}
		runq_charge(&q, &crowd[0], 20000);
		put_to_sleep(0);
		for (unsigned i = 0; i < REST; i++)
			tick();
		runq_wake(&q, &crowd[0]);
	}
	return waited * TICK_NS / ROUNDS;
}

static void sleepers_run_soon(void)
{
	CHECK(wait_of_sleeper(0) < 2 * MS);
	CHECK(wait_of_sleeper(-10) < 2 * MS);
}

/* ---- real time --------------------------------------------------------------------------------- */

static void real_time_comes_first(void)
{
	begin(SCHED_EEVDF, 1);
	add(0, ABI_SCHED_NORMAL, -20, 0);
	add(1, ABI_SCHED_FIFO, 0, 10);
	add(2, ABI_SCHED_FIFO, 0, 10);
	add(3, ABI_SCHED_FIFO, 0, 5);
	CHECK(runq_preempts(&q, &crowd[1], &crowd[0]));
	CHECK(!runq_preempts(&q, &crowd[3], &crowd[1]));
	run_for(900 * MS);
	CHECK_EQ(share(1, 4), 1000);
	put_to_sleep(1);
	run_for(TICK_NS);
	CHECK(running[0] == &crowd[2]);
	put_to_sleep(2);
	run_for(TICK_NS);
	CHECK(running[0] == &crowd[3]);
	put_to_sleep(3);
	run_for(TICK_NS);
	CHECK(running[0] == &crowd[0]);
}

static void round_robin_of_a_priority(void)
{
	begin(SCHED_EEVDF, 1);
	for (unsigned i = 0; i < 3; i++)
		add(i, ABI_SCHED_RR, 0, 7);
	run_for(3000ull * MS);
	for (unsigned i = 0; i < 3; i++)
		CHECK_NEAR(share(i, 3), 333, 5);
	CHECK_NEAR(3000ull * MS / switches, 100 * MS, 5);
}

/* ---- affinity -------------------------------------------------------------------------------------- */

static void bound_threads_stay(void)
{
	begin(SCHED_EEVDF, 4);
	for (unsigned i = 0; i < 8; i++) {
		add(i, ABI_SCHED_NORMAL, 0, 0);
		runq_bind(&q, &crowd[i], 1ull << (i % 2));
	}
	for (unsigned t = 0; t < 5000; t++) {
		tick();
		for (unsigned h = 0; h < 4; h++)
			CHECK(!running[h] || may_run_on(running[h], h));
	}
	CHECK(!running[2] && !running[3]);
	CHECK(!runq_has_work(&q, 3) && runq_has_work(&q, 1));
	for (unsigned i = 0; i < 8; i++)
		CHECK_NEAR(share(i, 8), 125, 5);
}

/* Threads come, sleep, change and go at random: nobody is lost, the sums end at nothing. */
static void storm(void)
{
	unsigned seed = 1;
	uint64_t got = 0;

	begin(SCHED_EEVDF, 3);
	for (unsigned i = 0; i < 100; i++)
		add(i, ABI_SCHED_NORMAL, (int)(i % 40) - 20, 0);
	for (unsigned n = 0; n < 200000; n++) {
		struct thread *t = &crowd[rand_r(&seed) % 100];
		struct sched_attr_k attr = { (int[]){ 0, 0, 0, 3, 5, 2 }[rand_r(&seed) % 6],
					     (int)(rand_r(&seed) % 40) - 20, 0, 0 };

		attr.rt_priority = attr.policy == ABI_SCHED_RR ? 1 + (int)(rand_r(&seed) % 99) : 0;
		tick();
		if (t->on_queue == THREAD_AWAY)
			runq_wake(&q, t);
		else if (rand_r(&seed) % 2)
			put_to_sleep((unsigned)(t - crowd));
		else if (rand_r(&seed) % 4 == 0)
			runq_change(&q, t, &attr);
	}
	for (unsigned i = 0; i < 100; i++)
		got += ran_ns[i];
	CHECK(got > 0);
	while (q.nr || running[0] || running[1] || running[2])
		for (unsigned i = 0; i < 100; i++) {
			tick();
			put_to_sleep(i);
		}
	CHECK_EQ(q.nr_fair, 0);
	CHECK_EQ(q.weight, 0);
	CHECK_EQ(q.weighted, 0);
	CHECK_EQ(q.early.nr + q.ready.nr + q.nr_rt, 0);
}

int main(void)
{
	RUN(shares_follow_nice);
	RUN(shares_on_two_harts);
	RUN(real_time_is_throttled);
	RUN(more_than_a_hart);
	RUN(heavy_on_one_of_two);
	RUN(shares_on_a_stalling_hart);
	RUN(alone_is_free);
	RUN(idle_gets_the_rest);
	RUN(sleepers_wait_little);
	RUN(slices);
	RUN(slice_of_ones_own);
	RUN(sleepers_run_soon);
	RUN(real_time_comes_first);
	RUN(round_robin_of_a_priority);
	RUN(bound_threads_stay);
	RUN(storm);
	runq_free(&q);
	return unit_done();
}
