/* What the columns of syscalls.def mean. Included before the table; the includer defines
 *
 *   ROW(number, abi, name, handler, result, note, nargs, prototype, values, descriptions...)
 *   ROW_REFUSED(number, abi, name, errno, note)   ROW_ABSENT(number, abi, name, note)
 *
 * prototype: the C parameter list of the handler; values: the expressions that call it from
 * `uint64_t v[6]`, the decoded arguments; descriptions: initialisers of struct sys_arg.
 *
 * Each kind K stands for three macros: CT_K the C type a handler sees, AK_K the description.
 * Kinds with parameters are function-like: CT_##OUT(2) is CT_OUT(2). */
#ifndef SYS_ARGS_H
#define SYS_ARGS_H

#define CT_FD           int
#define CT_DFD          int
#define CT_INT          int
#define CT_UINT         uint32_t
#define CT_ID           uint32_t
#define CT_MODE         uint32_t
#define CT_SIGNAL       int
#define CT_IOCTL        uint32_t
#define CT_OPEN_FLAGS   uint32_t
#define CT_FUTEX_OP     uint32_t
#define CT_CLONE_FLAGS  uint64_t
#define CT_LONG         int64_t
#define CT_ULONG        uint64_t
#define CT_SIZE         uint64_t
#define CT_I64          int64_t
#define CT_HILO         int64_t
#define CT_PTR          gva_t
#define CT_PATH         gva_t
#define CT_STR          gva_t
#define CT_STRV         gva_t
#define CT_STRV_COUNT   gva_t
#define CT_FLAGS(t)     uint32_t
#define CT_ENUM(t)      int
#define CT_IN(n)        gva_t
#define CT_OUT(n)       gva_t
#define CT_IOV_IN(n)    gva_t
#define CT_IOV_OUT(n)   gva_t
#define CT_IN_STRUCT(s)    gva_t
#define CT_OUT_STRUCT(s)   gva_t
#define CT_INOUT_STRUCT(s) gva_t

#define AK_FD           .kind = ARG_FD
#define AK_DFD          .kind = ARG_DFD
#define AK_INT          .kind = ARG_INT
#define AK_UINT         .kind = ARG_UINT
#define AK_ID           .kind = ARG_ID
#define AK_MODE         .kind = ARG_MODE
#define AK_SIGNAL       .kind = ARG_SIGNAL
#define AK_IOCTL        .kind = ARG_IOCTL
#define AK_OPEN_FLAGS   .kind = ARG_OPEN_FLAGS, .names = NAMES_open_flags
#define AK_FUTEX_OP     .kind = ARG_FUTEX_OP
#define AK_CLONE_FLAGS  .kind = ARG_CLONE_FLAGS
#define AK_LONG         .kind = ARG_LONG
#define AK_ULONG        .kind = ARG_ULONG
#define AK_SIZE         .kind = ARG_SIZE
#define AK_I64          .kind = ARG_I64
#define AK_HILO         .kind = ARG_HILO
#define AK_PTR          .kind = ARG_PTR
#define AK_PATH         .kind = ARG_PATH
#define AK_STR          .kind = ARG_STR
#define AK_STRV         .kind = ARG_STRV
#define AK_STRV_COUNT   .kind = ARG_STRV_COUNT
#define AK_FLAGS(t)     .kind = ARG_FLAGS, .names = NAMES_##t
#define AK_ENUM(t)      .kind = ARG_ENUM, .names = NAMES_##t
#define AK_IN(n)        .kind = ARG_IN, .len_arg = n
#define AK_OUT(n)       .kind = ARG_OUT, .len_arg = n
#define AK_IOV_IN(n)    .kind = ARG_IOV_IN, .len_arg = n
#define AK_IOV_OUT(n)   .kind = ARG_IOV_OUT, .len_arg = n
#define AK_IN_STRUCT(s)    .kind = ARG_IN_STRUCT, .show = SHOW_##s
#define AK_OUT_STRUCT(s)   .kind = ARG_OUT_STRUCT, .show = SHOW_##s
#define AK_INOUT_STRUCT(s) .kind = ARG_INOUT_STRUCT, .show = SHOW_##s

#define P_(k, n)    CT_##k n
#define V_(k, i)    (CT_##k)v[i]
#define D_(k, n)    { AK_##k, .name = #n }

#define S0(nr, abi, name, h, res, note) \
	ROW(nr, abi, name, h, res, note, 0, (void), (), { { 0 } })
#define S1(nr, abi, name, h, res, note, k0, n0) \
	ROW(nr, abi, name, h, res, note, 1, (P_(k0, n0)), (V_(k0, 0)), { D_(k0, n0) })
#define S2(nr, abi, name, h, res, note, k0, n0, k1, n1) \
	ROW(nr, abi, name, h, res, note, 2, (P_(k0, n0), P_(k1, n1)), \
	    (V_(k0, 0), V_(k1, 1)), { D_(k0, n0), D_(k1, n1) })
#define S3(nr, abi, name, h, res, note, k0, n0, k1, n1, k2, n2) \
	ROW(nr, abi, name, h, res, note, 3, (P_(k0, n0), P_(k1, n1), P_(k2, n2)), \
	    (V_(k0, 0), V_(k1, 1), V_(k2, 2)), { D_(k0, n0), D_(k1, n1), D_(k2, n2) })
#define S4(nr, abi, name, h, res, note, k0, n0, k1, n1, k2, n2, k3, n3) \
	ROW(nr, abi, name, h, res, note, 4, (P_(k0, n0), P_(k1, n1), P_(k2, n2), P_(k3, n3)), \
	    (V_(k0, 0), V_(k1, 1), V_(k2, 2), V_(k3, 3)), \
	    { D_(k0, n0), D_(k1, n1), D_(k2, n2), D_(k3, n3) })
#define S5(nr, abi, name, h, res, note, k0, n0, k1, n1, k2, n2, k3, n3, k4, n4) \
	ROW(nr, abi, name, h, res, note, 5, \
	    (P_(k0, n0), P_(k1, n1), P_(k2, n2), P_(k3, n3), P_(k4, n4)), \
	    (V_(k0, 0), V_(k1, 1), V_(k2, 2), V_(k3, 3), V_(k4, 4)), \
	    { D_(k0, n0), D_(k1, n1), D_(k2, n2), D_(k3, n3), D_(k4, n4) })
#define S6(nr, abi, name, h, res, note, k0, n0, k1, n1, k2, n2, k3, n3, k4, n4, k5, n5) \
	ROW(nr, abi, name, h, res, note, 6, \
	    (P_(k0, n0), P_(k1, n1), P_(k2, n2), P_(k3, n3), P_(k4, n4), P_(k5, n5)), \
	    (V_(k0, 0), V_(k1, 1), V_(k2, 2), V_(k3, 3), V_(k4, 4), V_(k5, 5)), \
	    { D_(k0, n0), D_(k1, n1), D_(k2, n2), D_(k3, n3), D_(k4, n4), D_(k5, n5) })
#define REFUSED(nr, abi, name, err, note) ROW_REFUSED(nr, abi, name, err, note)
#define ABSENT(nr, abi, name, note)       ROW_ABSENT(nr, abi, name, note)

#endif
