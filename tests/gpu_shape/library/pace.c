/* Time, where PRETENDED_GPU_KERNEL_US is set: a stream is busy for so many microseconds with each kernel, and
   for 8 and those of 12 GB/s with each copy; events and waits answer accordingly. */
#include <cuda.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include "counters.h"

enum { handles = 1 << 20 };

/* When each stream will have finished, and when each event will be reached, by the number in its handle. */
static double finished[handles], reached[handles];
/* Where cuDNN and cuBLAS were told to work. */
static void *library_stream;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static double kernel_time(void) {
  static double time = -1;
  if (time < 0) {
    const char *text = getenv("PRETENDED_GPU_KERNEL_US");
    time = text ? atof(text) : 0;
  }
  return time;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return 1e6 * (double)time.tv_sec + 1e-3 * (double)time.tv_nsec;
}

static size_t number_of(const void *handle) { return (uintptr_t)handle / 16 % handles; }

static void wait_until(double moment) {
  for (double left = moment - now(); left > 0; left = moment - now()) {
    long long nanoseconds = (long long)(1e3 * left);
    struct timespec rest = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    nanosleep(&rest, NULL);
  }
}

/* Puts off the end of a stream; returns the microseconds for which it had nothing to do. */
static double work(const void *stream, double time) {
  double begin = now(), *end = &finished[number_of(stream)];
  pthread_mutex_lock(&lock);
  double idle = *end > 0 && *end < begin ? begin - *end : 0;
  *end = (*end > begin ? *end : begin) + time;
  pthread_mutex_unlock(&lock);
  return idle;
}

void pace_kernel(const void *stream) {
  if (kernel_time() == 0) return;
  count("nanoseconds without a kernel", (long)(1e3 * work(stream, kernel_time())));
}

void pace_library_kernel(void) { pace_kernel(library_stream); }

void pace_copy(const void *stream, size_t bytes) {
  if (kernel_time() > 0) work(stream, 8 + (double)bytes / 12e3);
}

double pace_end(const void *stream) { return finished[number_of(stream)]; }
void pace_wait(double moment) { if (kernel_time() > 0) wait_until(moment); }

CUresult cuStreamSynchronize(CUstream stream) {
  pace_wait(pace_end(stream));
  return CUDA_SUCCESS;
}
CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
  pthread_mutex_lock(&lock);
  double *end = &finished[number_of(stream)], moment = reached[number_of(event)];
  if (*end < moment) *end = moment;
  pthread_mutex_unlock(&lock);
  return CUDA_SUCCESS;
}
CUresult cuEventRecord(CUevent event, CUstream stream) {
  double moment = now(), end = pace_end(stream);
  reached[number_of(event)] = end > moment ? end : moment;
  return CUDA_SUCCESS;
}
CUresult cuEventQuery(CUevent event) {
  return kernel_time() > 0 && now() < reached[number_of(event)] ? CUDA_ERROR_NOT_READY : CUDA_SUCCESS;
}
CUresult cuEventSynchronize(CUevent event) {
  pace_wait(reached[number_of(event)]);
  return CUDA_SUCCESS;
}
int cudnnSetStream(void *handle, void *stream) { library_stream = stream; return 0; }
int cublasSetStream_v2(void *handle, void *stream) { library_stream = stream; return 0; }
