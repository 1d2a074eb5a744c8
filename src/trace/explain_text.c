/* Putting words on the screen: chapters, paragraphs, quoted strings, hex dumps. */
#include "explain.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "host/host.h"

enum { LINE_WIDTH = 92, INDENT = 3 };

const char *ink(enum ink which)
{
	static const char *const codes[] = {
		[INK_PLAIN] = "\033[0m", [INK_HEAD] = "\033[1m", [INK_DIM] = "\033[2m",
		[INK_GOOD] = "\033[32m", [INK_BAD] = "\033[31m", [INK_NAME] = "\033[36m",
	};

	return ex.opt.color ? codes[which] : "";
}

void say(const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	strbuf_append(&ex.out, text, strlen(text));
}

void say_flush(void)
{
	size_t done = 0;

	while (done < ex.out.len) {
		ssize_t n = host_write(ex.opt.host_fd, ex.out.data + done, ex.out.len - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	strbuf_reset(&ex.out);
}

void say_chapter(const char *title)
{
	say("\n%s%u. %s%s\n", ink(INK_HEAD), ++ex.chapter, title, ink(INK_PLAIN));
}

void say_paragraph(const char *fmt, ...)
{
	char text[2048], *word, *rest = text;
	size_t column = 0;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	while ((word = strsep(&rest, " "))) {
		size_t len = strlen(word);

		if (column && column + 1 + len > LINE_WIDTH) {
			say("\n");
			column = 0;
		}
		if (column)
			say(" ");
		else
			say("%*s", INDENT, "");
		column += len + (column ? 1 : INDENT);
		say("%s", word);
	}
	say("\n");
}

void say_quoted(const char *s, size_t len, size_t cut)
{
	size_t n = MIN(len, cut);

	say("\"");
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == '"' || c == '\\')
			say("\\%c", c);
		else if (c == '\n')
			say("\\n");
		else if (c == '\t')
			say("\\t");
		else if (isprint(c) || c >= 0x80)
			say("%c", c);
		else
			say("\\x%02x", c);
	}
	say("\"%s", len > cut ? "..." : "");
}

void say_hex(const uint8_t *bytes, size_t n)
{
	for (size_t row = 0; row < n; row += 16) {
		say("   %s%04zx%s ", ink(INK_DIM), row, ink(INK_PLAIN));
		for (size_t i = row; i < row + 16; i++) {
			if (i < n)
				say(" %02x", bytes[i]);
			else
				say("   ");
			if (i % 16 == 7)
				say(" ");
		}
		say("  %s", ink(INK_DIM));
		for (size_t i = row; i < row + 16 && i < n; i++)
			say("%c", bytes[i] < 0x80 && isprint(bytes[i]) ? bytes[i] : '.');
		say("%s\n", ink(INK_PLAIN));
	}
}

int addr_width(void)
{
	return ex.xlen == XLEN_32 ? 8 : 10;      /* Sv39's user half fits ten digits */
}
