/*
 * mem: the memory that is taken at start and kept.
 *
 * Large tables come straight from the kernel (zeroed, huge pages where it
 * grants them: a random look-up then costs no TLB walk).  mem_seal() is
 * called at "ready"; what malloc() holds beyond that is a mistake in the
 * sensor process, and mem_grown() tells it (style.md, Memory).
 */
#ifndef OTUS_BASE_MEM_H
#define OTUS_BASE_MEM_H

#include <stddef.h>

/* Of the processor's cache, mostly: what is fetched ahead, and what tables are
 * aligned to whose rows are. */
#define MEM_LINE 64

/* Zeroed, page aligned; NULL when the kernel has none. */
void *mem_map(size_t bytes);
/*
 * Likewise, in huge pages where the kernel grants them: for tables that are
 * large, full and read at random.  What is touched little costs more so.
 */
void *mem_map_huge(size_t bytes);
void mem_unmap(void *, size_t bytes);
/* Bytes mapped so far by this process. */
size_t mem_mapped(void);

void mem_seal(void);
/* Bytes that malloc() holds beyond those at mem_seal(); 0 before it, and
 * where a sanitizer replaces malloc(). */
size_t mem_grown(void);

#endif
