/* Options of `hearth run` and `hearth explain`, from one table: parsing, their help text and
 * did-you-mean all read it. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "mm/mm.h"
#include "option_table.h"
#include "sched/sched.h"

static void *grow(void *array, unsigned count, size_t size)
{
	return xrealloc(array, (count + 1) * size);
}

/* ---- values ---------------------------------------------------------------------------- */

static const char *set_root(struct options *o, char *v)     { o->root = v; return *v ? NULL : "it must be a directory"; }
static const char *set_cwd(struct options *o, char *v)      { o->cwd = v; return *v == '/' ? NULL : "it must begin with / (it is a path inside the root)"; }
static const char *set_strace(struct options *o, char *v)   { o->strace = true; return NULL; }
static const char *set_report(struct options *o, char *v)   { o->report = o->jit.by_effort = true; return NULL; }

static const char *set_hostname(struct options *o, char *v)
{
	o->hostname = v;
	return strlen(v) > 64 ? "a host name has 64 characters at most" : NULL;
}

/* SRC:DST[:ro] */
static const char *add_bind(struct options *o, char *v)
{
	char *dst = strchr(v, ':'), *opt;
	struct bind *b;

	if (!dst || dst == v)
		return "it must be SRC:DST or SRC:DST:ro, as in --bind \"$PWD\":/work";
	*dst++ = '\0';
	opt = strchr(dst, ':');
	if (opt)
		*opt++ = '\0';
	if (*dst != '/')
		return "DST must begin with / (it is a path inside the root)";
	if (opt && strcmp(opt, "ro") != 0 && strcmp(opt, "rw") != 0)
		return "after DST comes :ro, :rw or nothing";
	o->binds = grow(o->binds, o->nr_binds, sizeof(*o->binds));
	b = &o->binds[o->nr_binds++];
	*b = (struct bind){ v, dst, opt && !strcmp(opt, "ro") };
	return NULL;
}

static const char *add_env(struct options *o, char *v)
{
	if (!strchr(v, '=') || *v == '=')
		return "it must be NAME=VALUE";
	o->env = grow(o->env, o->nr_env, sizeof(*o->env));
	o->env[o->nr_env++] = v;
	return NULL;
}

/* A number, decimal or with 0x hexadecimal; *rest is what follows. One that is too large is UINT64_MAX. */
static bool parse_number(const char *s, uint64_t *out, const char **rest)
{
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	*out = strtoull(s, &end, s[0] == '0' && (s[1] == 'x' || s[1] == 'X') ? 16 : 10);
	*rest = end;
	return true;
}

static const char *set_user(struct options *o, char *v)
{
	static const char wrong[] = "it must be UID or UID:GID, numbers: users' names are the guest's own";
	const char *rest;
	uint64_t uid, gid;

	if (!parse_number(v, &uid, &rest) || uid >= UINT32_MAX)
		return wrong;
	gid = uid;
	if (*rest == ':' && !parse_number(rest + 1, &gid, &rest))
		return wrong;
	if (*rest || gid >= UINT32_MAX)
		return wrong;
	o->has_user = true;
	o->uid = (uint32_t)uid;
	o->gid = (uint32_t)gid;
	return NULL;
}

enum { MEMORY_MIN = 8 << 20 };
_Static_assert(RAM_BYTES_MAX == UINT64_C(16) << 30, "the messages below say 16G");

/* One that is too large is UINT64_MAX, or nearly. */
static bool parse_size(const char *v, uint64_t *out)
{
	static const char units[] = "KMGT";
	const char *rest, *unit;

	if (!parse_number(v, out, &rest))
		return false;
	unit = *rest ? strchr(units, *rest & ~0x20) : NULL;
	if (*rest && (!unit || !*unit || (rest[1] && strcmp(rest + 1, "iB") != 0)))
		return false;
	if (unit)
		*out = MIN(*out, UINT64_MAX >> 10 * (unit - units + 1)) << 10 * (unit - units + 1);
	return true;
}

static const char *set_swap(struct options *o, char *v)
{
	if (!parse_size(v, &o->swap))
		return "it must be a number with K, M or G, as in --swap 2G";
	return (o->swap && o->swap < PAGE_SIZE) || o->swap > RAM_BYTES_MAX ? "it may be from 4K to 16G, or 0" : NULL;
}

static const char *set_memory(struct options *o, char *v)
{
	if (!parse_size(v, &o->memory))
		return "it must be a number with K, M or G, as in --memory 512M";
	return o->memory < MEMORY_MIN || o->memory > RAM_BYTES_MAX ? "a machine has 8M at least and 16G at most" : NULL;
}

static const char *set_harts(struct options *o, char *v)
{
	const char *rest;
	uint64_t n;

	if (!parse_number(v, &n, &rest) || *rest || n < 1 || n > HART_MAX)
		return "it must be a number from 1 to 64";
	o->harts = (unsigned)n;
	return NULL;
}

static const char *set_sched(struct options *o, char *v)
{
	static const char *const names[] = {
		[SCHED_EEVDF] = "eevdf", [SCHED_LATENCY] = "latency", [SCHED_ROUND_ROBIN] = "rr",
	};

	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(v, names[i])) {
			o->sched = (int)i;
			return NULL;
		}
	return "it must be eevdf, latency or rr";
}

static const char *set_seed(struct options *o, char *v)
{
	const char *rest;

	o->has_seed = true;
	return parse_number(v, &o->seed, &rest) && !*rest && o->seed != UINT64_MAX ? NULL : "it must be a number below 2^64 - 1";
}

/* ---- the network ---------------------------------------------------------------------------- */

static const char *set_net(struct options *o, char *v)
{
	o->net_host = !strcmp(v, "host");
	return o->net_host || !strcmp(v, "none") ? NULL : "it must be none (a loopback of its own) or host";
}

static bool parse_port(const char *text, uint16_t *out)
{
	const char *rest;
	uint64_t n;

	if (!parse_number(text, &n, &rest) || *rest || !n || n > 65535)
		return false;
	*out = (uint16_t)n;
	return true;
}

static bool is_address(const char *text)
{
	unsigned a, b, c, d;
	char more;

	return sscanf(text, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &more) == 4 && MAX(MAX(a, b), MAX(c, d)) < 256;
}

/* [ADDRESS:]HOST:GUEST[/tcp|/udp]. Without an address only this computer may come in. */
static const char *add_publish(struct options *o, char *v)
{
	static const char wrong[] = "it must be HOST:GUEST, two ports, perhaps with an IPv4 address before and "
				    "/tcp or /udp behind, as in --publish 8080:80";
	struct publication p = { .address = "127.0.0.1" };
	char *kind = strchr(v, '/'), *guest, *host;

	if (kind)
		*kind++ = '\0';
	if (kind && strcmp(kind, "tcp") != 0 && strcmp(kind, "udp") != 0)
		return wrong;
	p.udp = kind && !strcmp(kind, "udp");
	guest = strrchr(v, ':');
	if (!guest)
		return wrong;
	*guest++ = '\0';
	host = strrchr(v, ':');
	if (host) {
		*host++ = '\0';
		if (strlen(v) >= sizeof(p.address) || !is_address(v))
			return wrong;
		snprintf(p.address, sizeof(p.address), "%s", v);
	}
	if (!parse_port(host ? host : v, &p.host) || !parse_port(guest, &p.guest))
		return wrong;
	o->publish = grow(o->publish, o->nr_publish, sizeof(*o->publish));
	o->publish[o->nr_publish++] = p;
	return NULL;
}

static const char *set_jit(struct options *o, char *v)
{
	static const char *const modes[] = { [JIT_OFF] = "off", [JIT_MODE_QUICK] = "quick", [JIT_MODE_FULL] = "full" };

	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(v, modes[i])) {
			o->jit.mode = (enum jit_mode)i;
			o->jit.chosen = true;
			return NULL;
		}
	return "it must be off, quick or full";
}

static const char *set_jit_threshold(struct options *o, char *v)
{
	uint64_t n;
	const char *rest;

	if (!parse_number(v, &n, &rest) || *rest || n < 1 || n > 255)
		return "it must be a number from 1 to 255";
	o->jit.threshold = (unsigned)n;
	return NULL;
}

enum { JIT_CACHE_MIN = 64 << 10 };

static const char *set_jit_cache(struct options *o, char *v)
{
	if (!parse_size(v, &o->jit.cache_bytes))
		return "it must be a number with K, M or G, as in --jit-cache 64M";
	return o->jit.cache_bytes < JIT_CACHE_MIN || o->jit.cache_bytes > 1 << 30 ? "it may be from 64K to 1G" : NULL;
}

static const char *set_cache(struct options *o, char *v)
{
	o->jit.disk_chosen = true;
	o->jit.disk = strcmp(v, "none") ? v : NULL;
	return *v ? NULL : "it must be a directory, or none";
}

static const char *set_dump(struct options *o, char *v)
{
	static const char *const what[] = { [JIT_DUMP_BLOCKS] = "blocks", [JIT_DUMP_IR] = "ir", [JIT_DUMP_ASM] = "asm" };
	char *colon = strchr(v, ':'), *end;

	o->jit.dump_pc = 0;
	o->jit.dump_function = NULL;
	if (colon) {
		*colon++ = '\0';
		o->jit.dump_pc = *colon >= '0' && *colon <= '9' ? strtoull(colon, &end, 16) : 0;
		if (!o->jit.dump_pc)
			o->jit.dump_function = colon;
		if (!*colon || (o->jit.dump_pc && *end))
			return "after the colon comes a function's name or an address, in hexadecimal and beginning with a digit";
	}
	for (unsigned i = JIT_DUMP_BLOCKS; i < ARRAY_SIZE(what); i++)
		if (!strcmp(v, what[i])) {
			o->jit.dump = (enum jit_dump)i;
			return NULL;
		}
	return "it must be blocks, ir or asm, with :FUNCTION or :ADDRESS for what contains some of it";
}

static const char *set_perf_map(struct options *o, char *v)
{
	(void)v;
	o->jit.perf_map = true;
	return NULL;
}

/* ---- the table ---------------------------------------------------------------------------- */

const struct option_row option_rows[] = {
	{ "--root", "DIR", set_root, "DIR is the program's /; nothing outside it is visible" },
	{ "--bind", "SRC:DST[:ro]", add_bind, "show the host's SRC at DST, with :ro for reading only" },
	{ "--env", "NAME=VALUE", add_env, "set an environment variable" },
	{ "--cwd", "DIR", set_cwd, "start in DIR, a path inside the root" },
	{ "--user", "UID[:GID]", set_user, "start as this user" },
	{ "--hostname", "NAME", set_hostname, "the machine's name (hearth)" },
	{ "--net", "none|host", set_net, "sockets on a loopback of the machine's own, or the host's (none)" },
	{ "--publish", "HOST:GUEST", add_publish, "the host's port HOST leads to port GUEST inside; /udp for UDP" },
	{ "--memory", "SIZE", set_memory, "the machine's memory: 512M, 4G, ... 16G at most (1G)" },
	{ "--swap", "SIZE", set_swap, "memory beyond that goes to a file of the host's (none)" },
	{ "--harts", "N", set_harts, "how many processors the machine has (as many as the host)" },
	{ "--sched", "POLICY", set_sched, "who runs when: rr, latency, eevdf (eevdf)" },
	{ "--seed", "N", set_seed, "random numbers and addresses repeat from run to run" },
	{ "--jit", "MODE", set_jit, "translate hot code: off, quick or full (full; with --seed off)" },
	{ "--jit-threshold", "N", set_jit_threshold, "a place is hot when it has been reached so often (50)" },
	{ "--jit-cache", "SIZE", set_jit_cache, "what translations may take of the host's memory (128M)" },
	{ "--cache", "DIR|none", set_cache, "where translations are kept for the next run (~/.cache/hearth)" },
	{ "--dump", "WHAT[:FUNCTION]", set_dump, "write translations to standard error: blocks, ir or asm" },
	{ "--perf-map", NULL, set_perf_map, "name translated code for the host's perf (/tmp/perf-PID.map)" },
	{ "--strace", NULL, set_strace, "write every system call to standard error" },
	{ "--report", NULL, set_report, "at the end, count system calls; say what was missing" },
	{ 0 }
};

static const struct option_row *find_option(const char *name, size_t len)
{
	for (const struct option_row *r = option_rows; r->name; r++)
		if (strlen(r->name) == len && !memcmp(r->name, name, len))
			return r;
	return NULL;
}

static int unknown_option(const char *arg, const char *command)
{
	const char *words[ARRAY_SIZE(option_rows)], *meant;
	unsigned n = 0;

	for (const struct option_row *r = option_rows; r->name; r++)
		words[n++] = r->name;
	words[n] = NULL;
	meant = help_did_you_mean(arg, words);
	if (meant)
		log_error("there is no option %s; did you mean %s?", arg, meant);
	else
		log_error("there is no option %s; 'hearth help %s' lists them", arg, command);
	return EXIT_HEARTH;
}

/* One option with its value, "--name value" or "--name=value". Advances *args past it. */
static int take_option(struct options *o, char ***args, const char *command)
{
	char *arg = *(*args)++, *eq = strchr(arg, '='), *value = NULL;
	size_t len = eq ? (size_t)(eq - arg) : strlen(arg);
	const struct option_row *r = find_option(arg, len);
	const char *wrong;
	char *given;

	if (!r)
		return unknown_option(arg, command);
	if (r->value)
		value = eq ? eq + 1 : **args ? *(*args)++ : NULL;
	if (r->value ? !value : eq != NULL) {
		log_error(r->value ? "%s needs a value: %s %s" : "%s takes no value", r->name, r->name, r->value);
		return EXIT_HEARTH;
	}
	given = value ? xstrdup(value) : NULL;         /* what sets it takes it apart */
	wrong = r->set(o, value);
	if (wrong)
		log_error("%s %s: %s", r->name, given && *given ? given : "''", wrong);
	free(given);
	return wrong ? EXIT_HEARTH : 0;
}

/* HEARTH_JIT=MODE[,threshold=N][,cache=SIZE][,disk=DIR][,check]: what the options of these names say, for those who
 * cannot give options: whole test suites. */
static int jit_environment(struct options *o)
{
	char *all = getenv("HEARTH_JIT"), *rest, *word;
	const char *wrong = NULL;

	if (!all || !*all)
		return 0;
	o->jit_words = rest = xstrdup(all);
	while (!wrong && (word = strsep(&rest, ","))) {
		if (!strcmp(word, "check")) {
			o->jit.check = true;
			continue;
		}
		wrong = !strncmp(word, "threshold=", 10) ? set_jit_threshold(o, word + 10) :
			!strncmp(word, "cache=", 6) ? set_jit_cache(o, word + 6) :
			!strncmp(word, "disk=", 5) ? set_cache(o, word + 5) : set_jit(o, word);
	}
	if (wrong)
		log_error("HEARTH_JIT=%s: %s: %s", all, word, wrong);
	return wrong ? EXIT_HEARTH : 0;
}

/* As --harts, for whole test suites. */
static int harts_environment(struct options *o)
{
	char *n = getenv("HEARTH_HARTS");
	const char *wrong = n && *n ? set_harts(o, n) : NULL;

	if (wrong)
		log_error("HEARTH_HARTS=%s: %s", n, wrong);
	return wrong ? EXIT_HEARTH : 0;
}

static int log_environment(void)
{
	static const char *const names[] = {
		[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug",
	};
	const char *wanted = getenv("HEARTH_LOG");

	if (!wanted || !*wanted)
		return 0;
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(wanted, names[i])) {
			log_threshold = (enum log_level)i;
			return 0;
		}
	log_error("HEARTH_LOG=%s: it must be error, warn, info or debug", wanted);
	return EXIT_HEARTH;
}

int options_parse(struct options *o, char **args, const char *command)
{
	if (log_environment() || jit_environment(o) || harts_environment(o))
		return EXIT_HEARTH;
	while (*args && (*args)[0] == '-' && (*args)[1]) {
		int status;

		if (!strcmp(*args, "--")) {
			args++;
			break;
		}
		if (!strcmp(*args, "--help") || !strcmp(*args, "-h")) {
			help_print(command);
			exit(0);
		}
		status = take_option(o, &args, command);
		if (status)
			return status;
	}
	o->prog = args;
	if (*args)
		return 0;
	log_error("%s: which program? For example: hearth %s ./hello", command, command);
	return EXIT_HEARTH;
}

void options_free(struct options *o)
{
	free(o->binds);
	free(o->env);
	free(o->publish);
	free(o->jit_words);
	free(o->jit_default);
}
