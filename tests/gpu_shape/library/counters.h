/* Counters by name: all that the pretended GPU knows of what was asked of it. */
#pragma once
#include <stddef.h>

/* Adds to the counter of a name, which is copied. */
void count(const char *name, long amount);

/* Adds one to "launch <name>". */
void count_launch(const char *name);

/* Remembers the name of a kernel, by the address that it will be launched by. */
void name_kernel(const void *kernel, const char *name);

/* Adds one to "launch <name>" of a kernel. */
void count_kernel(const void *kernel);

/* Time, see pace.c: of a kernel on a stream, of one of cuDNN or cuBLAS, of a copy; when all of a stream will
   have ended, and waiting for such a moment. */
void pace_kernel(const void *stream);
void pace_library_kernel(void);
void pace_copy(const void *stream, size_t bytes);
double pace_end(const void *stream);
void pace_wait(double moment);

/* Copies memory and counts the copy: "copy <direction>", "bytes <direction>". What comes down is zero:
   nothing was computed. */
typedef enum { UP, DOWN, WITHIN } direction;
void copy_memory(direction where, void *to, const void *from, size_t bytes);

/* Memory that takes no room until it is written to; counted as "bytes taken". */
void *take_memory(size_t bytes);

/* What devices say of themselves: attributes by CUDA's numbers. */
int device_attribute(int number);
