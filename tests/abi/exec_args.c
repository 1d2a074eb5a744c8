/* argv and envp arrive as given: empty strings, long ones, odd ones, no '='. */
#include "abi.h"

static void run(char *const argv[], char *const envp[])
{
	CHILD(execve("/proc/self/exe", argv, envp); puts(error_name(errno)));
}

TOPIC(exec_args)
{
	char *const plain[] = { "zero", "one", "two", NULL };
	char *const odd[] = { "", "", "a b", "new\tline", "\377\200", "-", NULL };
	char *const none[] = { NULL };
	char *const env[] = { "A=1", "A=2", "no equals sign", "=", "", "B==C", NULL };

	run(plain, none);
	run(odd, none);
	run(plain, env);
	run(none, env);
	CHILD(execve("/proc/self/exe", NULL, NULL); puts(error_name(errno)));
	CHILD(execve("/proc/self/exe", plain, NULL); puts(error_name(errno)));
	CHILD(syscall(SYS_execve, "/proc/self/exe", plain, BAD); puts(error_name(errno)));
	CHILD(syscall(SYS_execve, "/proc/self/exe", BAD, none); puts(error_name(errno)));
	CHILD({
		char *const bad[] = { "zero", BAD, NULL };
		syscall(SYS_execve, "/proc/self/exe", bad, none);
		puts(error_name(errno));
	});
	CHILD(syscall(SYS_execve, BAD, plain, none); puts(error_name(errno)));
}
