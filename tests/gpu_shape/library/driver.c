/* The driver, libcuda: one device whose memory is the host's and whose streams have always finished. */
#define _GNU_SOURCE
#include <cuda.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "counters.h"

enum { cuda_version = 12090, gigabytes = 16, page = 4096 };

static const size_t memory_size = (size_t)gigabytes << 30;
static CUcontext const the_context = (CUcontext)0x1000;
static __thread CUcontext current;

/* Streams, events, modules and functions are numbers that are no address. */
static uintptr_t next_handle(void) {
  static volatile long given = 0;
  return 0x77000000 + 16 * (uintptr_t)__sync_add_and_fetch(&given, 1);
}

/* "8.0" in PRETENDED_GPU_CAPABILITY is compute capability 8.0, an A100's. */
static int capability(int part) {
  const char *text = getenv("PRETENDED_GPU_CAPABILITY");
  int major = 8, minor = 0;
  if (text) sscanf(text, "%d.%d", &major, &minor);
  return part == 0 ? major : minor;
}

int device_attribute(int number) {
  switch (number) {
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: return capability(0);
    case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: return capability(1);
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y: return 1024;
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z: return 64;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X: return 2147483647;
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
    case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z: return 65535;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK: return 49152;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN: return 166912;
    case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR: return 167936;
    case CU_DEVICE_ATTRIBUTE_RESERVED_SHARED_MEMORY_PER_BLOCK: return 1024;
    case CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY:
    case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK:
    case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR: return 65536;
    case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
    case CU_DEVICE_ATTRIBUTE_MAX_BLOCKS_PER_MULTIPROCESSOR: return 32;
    case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR: return 2048;
    case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: return 108;
    case CU_DEVICE_ATTRIBUTE_CLOCK_RATE: return 1410000;
    case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE: return 1215000;
    case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH: return 5120;
    case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE: return 40 << 20;
    case CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT: return 3;
    case CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS:
    case CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY:
    case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
    case CU_DEVICE_ATTRIBUTE_STREAM_PRIORITIES_SUPPORTED: return 1;
    default: return 0;
  }
}

/* Devices and contexts. */
CUresult cuDriverGetVersion(int *version) { *version = cuda_version; return CUDA_SUCCESS; }
CUresult cuDeviceGetCount(int *devices) { *devices = 1; return CUDA_SUCCESS; }
CUresult cuDeviceGet(CUdevice *device, int number) { *device = number; return CUDA_SUCCESS; }
CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
  *value = device_attribute((int)attribute);
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetName(char *name, int room, CUdevice device) {
  snprintf(name, (size_t)room, "a pretended GPU, which computes nothing");
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetPCIBusId(char *id, int room, CUdevice device) {
  snprintf(id, (size_t)room, "0000:01:00.0");
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetUuid(CUuuid *id, CUdevice device) { memset(id, 7, sizeof *id); return CUDA_SUCCESS; }
CUresult cuDeviceGetUuid_v2(CUuuid *id, CUdevice device) { return cuDeviceGetUuid(id, device); }
CUresult cuDeviceTotalMem(size_t *bytes, CUdevice device) { *bytes = memory_size; return CUDA_SUCCESS; }
CUresult cuMemGetInfo(size_t *free, size_t *total) {
  *total = memory_size;
  *free = memory_size - (256u << 20);
  return CUDA_SUCCESS;
}
CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
  *context = the_context;
  return CUDA_SUCCESS;
}
CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags, int *active) {
  *flags = 0;
  *active = 1;
  return CUDA_SUCCESS;
}
CUresult cuCtxGetCurrent(CUcontext *context) { *context = current; return CUDA_SUCCESS; }
CUresult cuCtxSetCurrent(CUcontext context) { current = context; return CUDA_SUCCESS; }
CUresult cuCtxPushCurrent(CUcontext context) { current = context; return CUDA_SUCCESS; }
CUresult cuCtxPopCurrent(CUcontext *context) { if (context) *context = current; return CUDA_SUCCESS; }
CUresult cuCtxGetDevice(CUdevice *device) { *device = 0; return CUDA_SUCCESS; }
CUresult cuCtxGetApiVersion(CUcontext context, unsigned *version) {
  *version = cuda_version;
  return CUDA_SUCCESS;
}
CUresult cuCtxGetStreamPriorityRange(int *least, int *greatest) {
  *least = 0;
  *greatest = -5;
  return CUDA_SUCCESS;
}

/* Memory. */
static CUresult take(CUdeviceptr *memory, size_t bytes) {
  *memory = (CUdeviceptr)take_memory(bytes);
  return *memory ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}
CUresult cuMemAlloc(CUdeviceptr *memory, size_t bytes) { return take(memory, bytes); }
CUresult cuMemAllocAsync(CUdeviceptr *memory, size_t bytes, CUstream stream) { return take(memory, bytes); }
CUresult cuMemAllocFromPoolAsync(CUdeviceptr *memory, size_t bytes, CUmemoryPool pool, CUstream stream) {
  return take(memory, bytes);
}
CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) {
  /* On pages of its own, as a driver gives it. */
  *memory = aligned_alloc(page, (bytes + page) / page * page);
  return *memory ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}
CUresult cuMemFreeHost(void *memory) { free(memory); return CUDA_SUCCESS; }
CUresult cuMemHostGetDevicePointer(CUdeviceptr *device, void *host, unsigned flags) {
  *device = (CUdeviceptr)host;
  return CUDA_SUCCESS;
}
CUresult cuDeviceGetDefaultMemPool(CUmemoryPool *pool, CUdevice device) {
  *pool = (CUmemoryPool)next_handle();
  return CUDA_SUCCESS;
}
CUresult cuPointerGetAttribute(void *value, CUpointer_attribute attribute, CUdeviceptr pointer) {
  if (attribute == CU_POINTER_ATTRIBUTE_CONTEXT) *(CUcontext *)value = the_context;
  else *(int *)value = attribute == CU_POINTER_ATTRIBUTE_MEMORY_TYPE ? CU_MEMORYTYPE_DEVICE : 0;
  return CUDA_SUCCESS;
}

CUresult cuMemcpyHtoD(CUdeviceptr to, const void *from, size_t bytes) {
  copy_memory(UP, (void *)to, from, bytes);
  return CUDA_SUCCESS;
}
CUresult cuMemcpyHtoDAsync(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
  pace_copy(stream, bytes);
  return cuMemcpyHtoD(to, from, bytes);
}
CUresult cuMemcpyDtoH(void *to, CUdeviceptr from, size_t bytes) {
  copy_memory(DOWN, to, (void *)from, bytes);
  return CUDA_SUCCESS;
}
CUresult cuMemcpyDtoHAsync(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
  pace_copy(stream, bytes);
  return cuMemcpyDtoH(to, from, bytes);
}
CUresult cuMemcpyDtoD(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
  copy_memory(WITHIN, (void *)to, (void *)from, bytes);
  return CUDA_SUCCESS;
}
CUresult cuMemcpyDtoDAsync(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
  return cuMemcpyDtoD(to, from, bytes);
}
CUresult cuMemsetD8(CUdeviceptr memory, unsigned char value, size_t bytes) {
  memset((void *)memory, value, bytes);
  return CUDA_SUCCESS;
}
CUresult cuMemsetD8Async(CUdeviceptr memory, unsigned char value, size_t bytes, CUstream stream) {
  return cuMemsetD8(memory, value, bytes);
}
CUresult cuMemsetD32(CUdeviceptr memory, unsigned value, size_t words) {
  for (size_t i = 0; i < words; i++) ((unsigned *)memory)[i] = value;
  return CUDA_SUCCESS;
}
CUresult cuMemsetD32Async(CUdeviceptr memory, unsigned value, size_t words, CUstream stream) {
  return cuMemsetD32(memory, value, words);
}

/* Streams and events: whatever was asked for is done. */
CUresult cuStreamCreate(CUstream *stream, unsigned flags) {
  *stream = (CUstream)next_handle();
  return CUDA_SUCCESS;
}
CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned flags, int priority) {
  return cuStreamCreate(stream, flags);
}
CUresult cuStreamIsCapturing(CUstream stream, CUstreamCaptureStatus *status) {
  *status = CU_STREAM_CAPTURE_STATUS_NONE;
  return CUDA_SUCCESS;
}
CUresult cuStreamGetCtx(CUstream stream, CUcontext *context) { *context = the_context; return CUDA_SUCCESS; }
CUresult cuStreamGetPriority(CUstream stream, int *priority) { *priority = 0; return CUDA_SUCCESS; }
CUresult cuEventCreate(CUevent *event, unsigned flags) {
  *event = (CUevent)next_handle();
  return CUDA_SUCCESS;
}
CUresult cuEventElapsedTime(float *milliseconds, CUevent from, CUevent to) {
  *milliseconds = 0.01f;
  return CUDA_SUCCESS;
}

/* Functions of the host that a stream calls: on a thread of their own, as a driver does, and in order. */
static struct job {
  CUhostFn run;
  void *data;
  double moment;
  struct job *next;
} *first, **last = &first;
static pthread_mutex_t jobs = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;

static void *run_jobs(void *unused) {
  for (;;) {
    pthread_mutex_lock(&jobs);
    while (!first) pthread_cond_wait(&more, &jobs);
    struct job *job = first;
    first = job->next;
    if (!first) last = &first;
    pthread_mutex_unlock(&jobs);
    pace_wait(job->moment);
    job->run(job->data);
    free(job);
  }
  return NULL;
}

CUresult cuLaunchHostFunc(CUstream stream, CUhostFn run, void *data) {
  static int running;
  struct job *job = malloc(sizeof *job);
  *job = (struct job){run, data, pace_end(stream), NULL};
  pthread_mutex_lock(&jobs);
  if (!running) {
    pthread_t thread;
    running = !pthread_create(&thread, NULL, run_jobs, NULL);
  }
  *last = job;
  last = &job->next;
  pthread_cond_signal(&more);
  pthread_mutex_unlock(&jobs);
  return CUDA_SUCCESS;
}

/* Kernels that are compiled at run time, such as XLA's. */
CUresult cuModuleLoadData(CUmodule *module, const void *image) {
  *module = (CUmodule)next_handle();
  return CUDA_SUCCESS;
}
CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned count, CUjit_option *options,
                            void **values) {
  return cuModuleLoadData(module, image);
}
CUresult cuModuleLoadFatBinary(CUmodule *module, const void *image) { return cuModuleLoadData(module, image); }
CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
  *function = (CUfunction)next_handle();
  name_kernel(*function, name);
  return CUDA_SUCCESS;
}
CUresult cuModuleGetGlobal(CUdeviceptr *memory, size_t *bytes, CUmodule module, const char *name) {
  static char globals[1 << 20] __attribute__((aligned(1 << 16)));
  if (memory) *memory = (CUdeviceptr)globals;
  if (bytes) *bytes = sizeof globals;
  return CUDA_SUCCESS;
}
CUresult cuLibraryLoadData(CUlibrary *library, const void *code, CUjit_option *jit, void **jit_values,
                           unsigned jit_count, CUlibraryOption *options, void **values, unsigned count) {
  *library = (CUlibrary)next_handle();
  return CUDA_SUCCESS;
}
CUresult cuLibraryGetModule(CUmodule *module, CUlibrary library) { return cuModuleLoadData(module, NULL); }
CUresult cuLibraryGetKernel(CUkernel *kernel, CUlibrary library, const char *name) {
  return cuModuleGetFunction((CUfunction *)kernel, NULL, name);
}
CUresult cuKernelGetFunction(CUfunction *function, CUkernel kernel) {
  *function = (CUfunction)kernel;
  return CUDA_SUCCESS;
}
CUresult cuFuncGetAttribute(int *value, CUfunction_attribute attribute, CUfunction function) {
  switch (attribute) {
    case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *value = 1024; break;
    case CU_FUNC_ATTRIBUTE_NUM_REGS: *value = 32; break;
    case CU_FUNC_ATTRIBUTE_PTX_VERSION:
    case CU_FUNC_ATTRIBUTE_BINARY_VERSION: *value = 10 * capability(0) + capability(1); break;
    default: *value = 0;
  }
  return CUDA_SUCCESS;
}
CUresult cuKernelGetAttribute(int *value, CUfunction_attribute attribute, CUkernel kernel, CUdevice device) {
  return cuFuncGetAttribute(value, attribute, NULL);
}
CUresult cuLaunchKernel(CUfunction function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                        unsigned bz, unsigned shared, CUstream stream, void **arguments, void **extra) {
  pace_kernel(stream);
  count_kernel(function);
  return CUDA_SUCCESS;
}
CUresult cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction function, void **arguments, void **extra) {
  pace_kernel(config->hStream);
  count_kernel(function);
  return CUDA_SUCCESS;
}
CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction function, int size, size_t shared) {
  *blocks = 2;
  return CUDA_SUCCESS;
}
CUresult cuOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, CUfunction function, int size,
                                                              size_t shared, unsigned flags) {
  *blocks = 2;
  return CUDA_SUCCESS;
}
CUresult cuOccupancyMaxPotentialBlockSize(int *grid, int *block, CUfunction function,
                                          CUoccupancyB2DSize shared_of, size_t shared, int limit) {
  *grid = 216;
  *block = 256;
  return CUDA_SUCCESS;
}

CUresult cuGetErrorName(CUresult error, const char **name) { *name = "a CUDA error"; return CUDA_SUCCESS; }
CUresult cuGetErrorString(CUresult error, const char **text) { return cuGetErrorName(error, text); }
CUresult cuGetExportTable(const void **table, const CUuuid *id) { return CUDA_ERROR_NOT_FOUND; }
CUresult cuGetProcAddress(const char *name, void **function, int version, cuuint64_t flags,
                          CUdriverProcAddressQueryResult *result) {
  static void *library;
  if (!library) library = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_NOLOAD);
  *function = dlsym(library, name);
  if (result) *result = *function ? CU_GET_PROC_ADDRESS_SUCCESS : CU_GET_PROC_ADDRESS_SYMBOL_NOT_FOUND;
  return *function ? CUDA_SUCCESS : CUDA_ERROR_NOT_FOUND;
}
