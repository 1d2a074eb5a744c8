/* The chapter about the first stack: read back from the new address space, word by word. */
#include "explain.h"

#include <stdio.h>
#include <string.h>

#include "abi/auxv.h"
#include "kernel/binprm_view.h"

enum { ARGS_SHOWN = 16, ENV_SHOWN = 6, STRING_CUT = 60 };

static struct mm *stack_mm;

static uint64_t word_at(gva_t at)
{
	uint64_t v = 0;

	mm_copy_force(stack_mm, at, &v, ex.word, false);
	return v;
}

static void say_word(gva_t at, const char *what)
{
	say("   %0*llx  %s%0*llx%s  %s", addr_width(), (unsigned long long)at, ink(INK_NAME), (int)ex.word * 2,
	    (unsigned long long)word_at(at), ink(INK_PLAIN), what);
}

static void say_string_at(gva_t at)
{
	char text[STRING_CUT + 2];
	int64_t n = mm_copy_string(stack_mm, text, at, sizeof(text));

	say_quoted(text, n >= 0 ? (size_t)n : STRING_CUT, STRING_CUT);
	if (n < 0)
		say("...");
}

/* A vector of pointers with its NULL; the address after it. */
static gva_t say_vector(gva_t at, const char *name, unsigned n, unsigned shown)
{
	char label[32];

	for (unsigned i = 0; i < n; i++, at += ex.word) {
		if (n > shown && i >= shown - 1 && i < n - 1) {
			if (i == shown - 1)
				say("   %*s  ... %u more\n", addr_width(), "", n - shown);
			continue;
		}
		snprintf(label, sizeof(label), "%s[%u] -> ", name, i);
		say_word(at, label);
		say_string_at(word_at(at));
		say("\n");
	}
	say_word(at, "");
	say("NULL ends %s\n", name);
	return at + ex.word;
}

/* ---- the auxiliary vector ------------------------------------------------------------------- */

#define AUX(key, text) { key, #key, text }
static const struct { uint64_t key; const char *name, *text; } aux_names[] = {
	AUX(AT_NULL, "the end"),
	AUX(AT_EXECFD, "the program as an open descriptor (binfmt_misc O)"),
	AUX(AT_PHDR, "the program's program headers in memory"),
	AUX(AT_PHENT, "bytes each"),
	AUX(AT_PHNUM, "how many"),
	AUX(AT_PAGESZ, "bytes in a page"),
	AUX(AT_BASE, "where the interpreter lies; 0: there is none"),
	AUX(AT_FLAGS, "none are used"),
	AUX(AT_ENTRY, "the program's own entry, for the interpreter to jump to"),
	AUX(AT_UID, "real user"), AUX(AT_EUID, "effective user"),
	AUX(AT_GID, "real group"), AUX(AT_EGID, "effective group"),
	AUX(AT_HWCAP, "single-letter extensions, bit 0 is A"),
	AUX(AT_CLKTCK, "clock ticks a second, for times(2)"),
	AUX(AT_SECURE, "1: set-user-id and the like; the linker then ignores LD_PRELOAD"),
	AUX(AT_RANDOM, "16 random bytes: stack protector, pointer guard"),
	AUX(AT_EXECFN, "the file name that was executed"),
	AUX(AT_RSEQ_FEATURE_SIZE, "restartable sequences: bytes the kernel knows"),
	AUX(AT_RSEQ_ALIGN, "restartable sequences: alignment"),
	AUX(AT_SYSINFO_EHDR, "the vDSO, an ELF object inside the kernel"),
	AUX(AT_L1I_CACHESIZE, "unknown"), AUX(AT_L1I_CACHEGEOMETRY, "unknown"),
	AUX(AT_L1D_CACHESIZE, "unknown"), AUX(AT_L1D_CACHEGEOMETRY, "unknown"),
	AUX(AT_L2_CACHESIZE, "unknown"), AUX(AT_L2_CACHEGEOMETRY, "unknown"),
	AUX(AT_L3_CACHESIZE, "unknown"), AUX(AT_L3_CACHEGEOMETRY, "unknown"),
	AUX(AT_MINSIGSTKSZ, "bytes a signal frame takes"),
};

static void say_aux_value(uint64_t key, uint64_t value)
{
	if (key == AT_EXECFN) {
		say(" ");
		say_string_at(value);
	}
	if (key == AT_HWCAP) {
		say(" (");
		for (unsigned i = 0; i < 26; i++)
			if (value >> i & 1)
				say("%c", 'A' + i);
		say(")");
	}
}

static gva_t say_auxv(gva_t at)
{
	uint64_t key, value;

	do {
		const char *name = "?", *text = "";

		key = word_at(at);
		value = word_at(at + ex.word);
		for (size_t i = 0; i < ARRAY_SIZE(aux_names); i++) {
			if (aux_names[i].key != key)
				continue;
			name = aux_names[i].name;
			text = aux_names[i].text;
		}
		say("   %0*llx  %s%2llu%s %-20s %#14llx  %s", addr_width(), (unsigned long long)at, ink(INK_NAME),
		    (unsigned long long)key, ink(INK_PLAIN), name, (unsigned long long)value, text);
		say_aux_value(key, value);
		say("\n");
		at += 2 * ex.word;
	} while (key != AT_NULL);
	return at;
}

/* ---- the strings above ------------------------------------------------------------------------- */

static gva_t aux_value(const struct mm_layout *l, uint64_t key)
{
	for (unsigned i = 0; i + 1 < l->auxv_words; i += 2)
		if (l->auxv[i] == key)
			return l->auxv[i + 1];
	return 0;
}

static void say_region(gva_t from, gva_t to, const char *what)
{
	if (to > from)
		say("   %0*llx  %6llu bytes  %s\n", addr_width(), (unsigned long long)from, (unsigned long long)(to - from), what);
}

static void say_strings(gva_t after_tables)
{
	const struct mm_layout *l = mm_layout(stack_mm);
	gva_t random = aux_value(l, AT_RANDOM), name = aux_value(l, AT_EXECFN);
	gva_t name_end = name;
	uint8_t bytes[16];
	char c = 1;

	say_region(after_tables, random, "padding, so that sp is a multiple of 16");
	say("   %0*llx      16 bytes  random:", addr_width(), (unsigned long long)random);
	if (mm_copy_force(stack_mm, random, bytes, sizeof(bytes), false) == 0)
		for (size_t i = 0; i < sizeof(bytes); i++)
			say(" %02x", bytes[i]);
	say("\n");
	say_region(l->arg_start, l->arg_end, "the argument strings");
	say_region(l->env_start, l->env_end, "the environment strings");
	while (c && mm_copy_force(stack_mm, name_end, &c, 1, false) == 0)
		name_end++;
	say_region(name, name_end, "the file name");
	say_region(name_end, name_end + ex.word, "a zero word; above it the stack ends");
}

void explain_stack(const struct binprm *b, struct mm *mm, gva_t sp)
{
	struct binprm_view v;
	gva_t at = sp;

	binprm_look(b, &v);
	stack_mm = mm;
	ex.argc = v.argc;
	ex.argv = sp + ex.word;
	say_chapter("The first stack");
	say_paragraph("The kernel writes it before the program runs; from the stack pointer upwards it is, word by word:");
	say("\n   %saddress%*svalue%s\n", ink(INK_DIM), addr_width() - 5, "", ink(INK_PLAIN));
	say_word(at, "argc");
	say("  %s<- sp%s\n", ink(INK_GOOD), ink(INK_PLAIN));
	at = say_vector(at + ex.word, "argv", v.argc, ARGS_SHOWN);
	at = say_vector(at, "envp", v.envc, ENV_SHOWN);
	say("   %*s  the auxiliary vector: what the kernel tells libc and the dynamic linker\n", addr_width(), "");
	at = say_auxv(at);
	say_strings(at);
	say("\n");
	say_paragraph(v.randomized ? "Stack, mmap area, heap and position-independent files were placed at random (ASLR)." :
		      "Nothing was placed at random: address space randomisation is off.");
	stack_mm = NULL;
	say_flush();
}
