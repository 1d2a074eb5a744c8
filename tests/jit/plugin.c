/* Two libraries from one source, about the same size: what is loaded at an address changes. */
static int calls;
int plugin(int n)
{
	int v = 0;

	for (int i = 0; i < n; i++)
		v += K;
	calls++;
	return v + calls * 1000000;
}
