/*
 * mem: the memory that is taken at start and kept.
 *
 * Mappings of at least one huge page are aligned to it, and for tables that
 * are visited at random the kernel is asked for huge pages (madvise(2),
 * MADV_HUGEPAGE): with pages of 4 KiB most visits would also miss the TLB.  A
 * kernel that has none to give serves small ones; nothing else changes.
 *
 * Not here: sharing, growing, giving parts back.
 */
#include <assert.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

/* Huge page of x86-64 and of arm64 with pages of 4 KiB. */
#define HUGE_BYTES ((size_t)2 << 20)

static size_t mapped;
static size_t sealed_bytes;
static bool sealed;

/* What a request really takes; the same on the way in and out. */
static size_t
round_size(size_t bytes)
{
	size_t unit = (size_t)sysconf(_SC_PAGESIZE);

	if (bytes >= HUGE_BYTES) {
		unit = HUGE_BYTES;
	}
	if (bytes == 0) {
		bytes = 1;
	}
	return bytes > SIZE_MAX - unit ? 0 : (bytes + unit - 1) / unit * unit;
}

/* Maps size bytes aligned to HUGE_BYTES: too much, then trims both ends. */
static void *
map_aligned(size_t size, bool huge)
{
	size_t head, tail;
	uint8_t *p;

	if (size > SIZE_MAX - HUGE_BYTES) {
		return NULL;
	}
	p = mmap(NULL, size + HUGE_BYTES, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		return NULL;
	}
	head =
	    (HUGE_BYTES - ((uintptr_t)p & (HUGE_BYTES - 1))) & (HUGE_BYTES - 1);
	tail = HUGE_BYTES - head;
	if (head != 0) {
		(void)munmap(p, head);
	}
	if (tail != 0) {
		(void)munmap(p + head + size, tail);
	}
	/* Advice: a kernel without huge pages refuses, and that is fine. */
	if (huge) {
		(void)madvise(p + head, size, MADV_HUGEPAGE);
	}
	return p + head;
}

static void *
map(size_t bytes, bool huge)
{
	size_t size = round_size(bytes);
	void *p;

	if (size == 0) {
		return NULL;
	}
	if (size >= HUGE_BYTES) {
		p = map_aligned(size, huge);
	} else {
		p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		p = p == MAP_FAILED ? NULL : p;
	}
	if (p != NULL) {
		mapped += size;
	}
	return p;
}

void *
mem_map(size_t bytes)
{
	return map(bytes, false);
}

void *
mem_map_huge(size_t bytes)
{
	return map(bytes, true);
}

void
mem_unmap(void *p, size_t bytes)
{
	size_t size = round_size(bytes);
	int rc;

	if (p == NULL) {
		return;
	}
	rc = munmap(p, size);
	assert(rc == 0);
	(void)rc;
	mapped -= size;
}

size_t
mem_mapped(void)
{
	return mapped;
}

/* What callers of malloc() hold, in its heap and in mappings of its own. */
static size_t
heap_bytes(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

void
mem_seal(void)
{
	sealed_bytes = heap_bytes();
	sealed = true;
}

size_t
mem_grown(void)
{
	size_t now = heap_bytes();

	return sealed && now > sealed_bytes ? now - sealed_bytes : 0;
}
