/* Memory: mmap and its kin. The areas live in mm; here arguments are checked and files looked up. */
#include "syscall.h"

#include <stdlib.h>

#include "abi/fcntl.h"
#include "abi/mman.h"
#include "abi/process.h"
#include "abi/stat.h"
#include "base/alloc.h"

static bool is_writable(const struct file *f)
{
	return (f->flags & ABI_O_ACCMODE) == ABI_O_RDWR || (f->flags & ABI_O_ACCMODE) == ABI_O_WRONLY;
}

static bool is_readable(const struct file *f)
{
	return (f->flags & ABI_O_ACCMODE) == ABI_O_RDWR || (f->flags & ABI_O_ACCMODE) == ABI_O_RDONLY;
}

/* The file's side of Linux do_mmap: what its mode and its mount allow. */
static int check_file(const struct file *f, struct mmap_request *r)
{
	bool shared = (r->flags & MAP_TYPE) != MAP_PRIVATE;
	int seals;

	if (shared && (r->prot & PROT_WRITE) && !is_writable(f))
		return -EACCES;
	if (!is_readable(f))
		return -EACCES;
	r->may_write = !shared || is_writable(f);
	seals = shared ? memfd_get_seals((struct file *)f) : 0;
	if (seals > 0 && (seals & (ABI_F_SEAL_WRITE | ABI_F_SEAL_FUTURE_WRITE))) {
		if (r->prot & PROT_WRITE)
			return -EPERM;
		r->may_write = false;
	}
	r->may_exec = !(path_mount_flags(f->path) & MNT_NOEXEC);
	return (r->prot & PROT_EXEC) && !r->may_exec ? -EPERM : 0;
}

static int64_t map_file(int fd, struct mmap_request *r)
{
	struct file *f = fd_get_io(fd);
	int64_t ret;

	if (!f)
		return -EBADF;
	if (r->flags & MAP_HUGETLB) {            /* of those there is no file (ksys_mmap_pgoff) */
		file_put(f);
		return -EINVAL;
	}
	/* /dev/zero is anonymous memory by another name (mm/shmem.c, shmem_zero_setup). */
	if ((f->inode->mode & S_IFMT) == S_IFCHR && f->inode->rdev == abi_makedev(1, 5)) {
		file_put(f);
		r->flags |= MAP_ANONYMOUS;
		r->offset = 0;
		return mm_mmap(current_mm(), r);
	}
	r->may_exec = true;
	ret = f->path.dentry ? check_file(f, r) : 0;
	if (!f->path.dentry)
		r->may_write = (r->flags & MAP_TYPE) == MAP_PRIVATE || is_writable(f);
	if (!ret)
		ret = file_mmap(f, &r->mapping);
	r->file = f;
	if (!ret)
		ret = mm_mmap(current_mm(), r);
	file_put(f);
	return ret;
}

int64_t sys_mmap(gva_t addr, uint64_t length, uint32_t prot, uint32_t flags, int fd, int64_t offset)
{
	struct mmap_request r = { .addr = addr, .len = length, .prot = (int)prot, .flags = (int)flags,
				  .offset = (uint64_t)offset, .may_write = true, .may_exec = true };

	if ((uint64_t)offset & PAGE_MASK)
		return -EINVAL;
	r.allow_low = task_capable(current(), ABI_CAP_SYS_RAWIO);
	if (flags & MAP_ANONYMOUS) {
		r.offset = 0;
		return mm_mmap(current_mm(), &r);
	}
	return map_file(fd, &r);
}

/* RV32: the offset counts 4096-byte units, so that files beyond 4 GiB can be reached. */
int64_t sys_mmap2(gva_t addr, uint64_t length, uint32_t prot, uint32_t flags, int fd, uint64_t pgoffset)
{
	return sys_mmap(addr, length, prot, flags, fd, (int64_t)(pgoffset << PAGE_SHIFT));
}

int64_t sys_munmap(gva_t addr, uint64_t length)
{
	return mm_munmap(current_mm(), addr, length);
}

int64_t sys_mprotect(gva_t addr, uint64_t len, uint32_t prot)
{
	return mm_mprotect(current_mm(), addr, len, (int)prot);
}

/* RISC-V has no protection keys: asm-generic/mmzone's answers, which all of its Linux gives. */
int64_t sys_pkey_mprotect(gva_t addr, uint64_t len, uint32_t prot, int pkey)
{
	return pkey == -1 ? sys_mprotect(addr, len, prot) : -EINVAL;
}

int64_t sys_pkey_alloc(uint64_t flags, uint64_t rights)
{
	return flags || rights & ~3ull ? -EINVAL : -ENOSPC;
}

int64_t sys_pkey_free(int pkey) { return -EINVAL; }

int64_t sys_mseal(gva_t addr, uint64_t len, uint64_t flags)
{
	return flags ? -EINVAL : mm_mseal(current_mm(), addr, len);
}

/* Each of a shared file's pages anywhere: since Linux 4.0 it is an mmap of its own. */
int64_t sys_remap_file_pages(gva_t start, uint64_t size, uint64_t prot, uint64_t pgoff, uint64_t flags)
{
	struct mmap_request r = { .flags = MAP_SHARED | MAP_FIXED | MAP_POPULATE | (int)(flags & MAP_NONBLOCK),
				  .may_exec = true };
	struct vma_info v, next;
	int64_t ret;

	start &= ~(uint64_t)PAGE_MASK;
	size &= ~(uint64_t)PAGE_MASK;
	if (prot || start + size <= start || pgoff + (size >> PAGE_SHIFT) < pgoff)
		return -EINVAL;
	if (!mm_find_vma(current_mm(), start, false, &v) || v.start > start || !v.shared)
		return -EINVAL;
	for (gva_t end = v.end; end < start + size; end = next.end)
		if (!mm_find_vma(current_mm(), end, false, &next) || next.start != end ||
		    next.mapping != v.mapping || next.prot != v.prot || !next.shared)
			return -EINVAL;
	r.addr = start, r.len = size, r.prot = v.prot, r.offset = pgoff << PAGE_SHIFT;
	r.mapping = v.mapping, r.file = v.file;
	r.may_write = !v.file || is_writable(v.file);
	ret = mm_mmap(current_mm(), &r);
	return ret < 0 ? ret : 0;
}

int64_t sys_mremap(gva_t old_address, uint64_t old_size, uint64_t new_size, uint32_t flags, gva_t new_address)
{
	return mm_mremap(current_mm(), old_address, old_size, new_size, (int)flags, new_address);
}

int64_t sys_brk(gva_t addr)
{
	return (int64_t)mm_brk(current_mm(), addr);
}

int64_t sys_madvise(gva_t addr, uint64_t length, int advice)
{
	return mm_madvise(current_mm(), addr, length, advice);
}

int64_t sys_msync(gva_t addr, uint64_t length, uint32_t flags)
{
	if ((flags & ~(uint32_t)(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) ||
	    (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	return mm_msync(current_mm(), addr, length, (int)flags);
}

/* One byte a page; in pieces, as a guest may ask about its whole address space. */
int64_t sys_mincore(gva_t addr, uint64_t length, gva_t vec)
{
	uint8_t bytes[1024];
	uint64_t pages = align_up(length, PAGE_SIZE) >> PAGE_SHIFT;

	if (addr & PAGE_MASK)
		return -EINVAL;
	if (addr + length < addr || addr + length > mm_top(current_mm()))
		return -ENOMEM;
	for (uint64_t done = 0; done < pages;) {
		uint64_t n = MIN(pages - done, (uint64_t)sizeof(bytes));
		int err = mm_mincore(current_mm(), addr + (done << PAGE_SHIFT), n << PAGE_SHIFT, bytes);

		if (err)
			return err;
		if (put_user(vec + done, bytes, n))
			return -EFAULT;
		done += n;
	}
	return 0;
}

/* ---- locking: guest RAM is never swapped out by hearth ------------------------------------- */

int64_t sys_mlock(gva_t addr, uint64_t len)   { return mm_mlock(current_mm(), addr, len, true); }
int64_t sys_munlock(gva_t addr, uint64_t len) { return mm_mlock(current_mm(), addr, len, false); }
int64_t sys_mlock2(gva_t addr, uint64_t len, uint32_t flags)
{
	return flags & ~(uint32_t)MLOCK_ONFAULT ? -EINVAL : mm_mlock(current_mm(), addr, len, true);
}
int64_t sys_mlockall(int flags)
{
	if (!flags || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || flags == MCL_ONFAULT)
		return -EINVAL;
	return mm_mlockall(current_mm(), flags);
}
int64_t sys_munlockall(void) { return mm_mlockall(current_mm(), 0); }
