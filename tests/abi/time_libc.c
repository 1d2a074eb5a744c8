/* Calendar functions of the C library on fixed instants. */
#include "abi.h"

TOPIC(time_libc)
{
	static const time_t instants[] = { 0, 1, -1, 951782400, 1700000000, 4102444800, 2147483648 };
	char text[64];
	struct tm tm;

	setenv("TZ", "UTC0", 1);
	for (int i = 0; i < COUNT(instants); i++) {
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %a %j", gmtime_r(&instants[i], &tm));
		printf("%lld %s %lld\n", (long long)instants[i], text, (long long)timegm(&tm));
	}
	setenv("TZ", "XYZ-2ABC,M3.5.0,M10.5.0/3", 1);
	tzset();
	strftime(text, sizeof(text), "%H:%M %Z", localtime(&instants[4]));
	S(text);
}
