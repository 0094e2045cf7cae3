/* CUDA's runtime, libcudart, which TensorFlow's own kernels are registered with and launched by. */
#include <cuda_runtime_api.h>
#include <string.h>
#include <stdlib.h>
#include "counters.h"
#undef cudaGetDeviceProperties

static __thread int device;

cudaError_t cudaGetDeviceCount(int *devices) { *devices = 1; return cudaSuccess; }
cudaError_t cudaGetDevice(int *number) { *number = device; return cudaSuccess; }
cudaError_t cudaSetDevice(int number) { device = number; return cudaSuccess; }
cudaError_t cudaRuntimeGetVersion(int *version) { *version = CUDART_VERSION; return cudaSuccess; }
cudaError_t cudaDriverGetVersion(int *version) { *version = CUDART_VERSION; return cudaSuccess; }
cudaError_t cudaDeviceGetAttribute(int *value, enum cudaDeviceAttr attribute, int number) {
  *value = device_attribute((int)attribute);
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties_v2(struct cudaDeviceProp *said, int number) {
  memset(said, 0, sizeof *said);
  strcpy(said->name, "a pretended GPU");
  said->major = device_attribute(cudaDevAttrComputeCapabilityMajor);
  said->minor = device_attribute(cudaDevAttrComputeCapabilityMinor);
  said->multiProcessorCount = device_attribute(cudaDevAttrMultiProcessorCount);
  said->maxThreadsPerBlock = device_attribute(cudaDevAttrMaxThreadsPerBlock);
  said->maxThreadsPerMultiProcessor = device_attribute(cudaDevAttrMaxThreadsPerMultiProcessor);
  said->warpSize = device_attribute(cudaDevAttrWarpSize);
  said->totalGlobalMem = (size_t)16 << 30;
  said->sharedMemPerBlock = (size_t)device_attribute(cudaDevAttrMaxSharedMemoryPerBlock);
  said->regsPerBlock = device_attribute(cudaDevAttrMaxRegistersPerBlock);
  return cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(struct cudaDeviceProp *said, int number) {
  return cudaGetDeviceProperties_v2(said, number);
}
const char *cudaGetErrorString(cudaError_t error) { return error ? "an error of CUDA" : "no error"; }
const char *cudaGetErrorName(cudaError_t error) { return cudaGetErrorString(error); }

cudaError_t cudaMalloc(void **memory, size_t bytes) {
  *memory = take_memory(bytes);
  return *memory ? cudaSuccess : cudaErrorMemoryAllocation;
}
cudaError_t cudaHostAlloc(void **memory, size_t bytes, unsigned flags) {
  *memory = malloc(bytes);
  return cudaSuccess;
}
cudaError_t cudaMemcpy(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind) {
  copy_memory(kind == cudaMemcpyHostToDevice ? UP : kind == cudaMemcpyDeviceToHost ? DOWN : WITHIN, to, from,
              bytes);
  return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, enum cudaMemcpyKind kind,
                            cudaStream_t stream) {
  return cudaMemcpy(to, from, bytes, kind);
}
cudaError_t cudaMemsetAsync(void *memory, int value, size_t bytes, cudaStream_t stream) {
  memset(memory, value, bytes);
  return cudaSuccess;
}
cudaError_t cudaStreamIsCapturing(cudaStream_t stream, enum cudaStreamCaptureStatus *status) {
  *status = cudaStreamCaptureStatusNone;
  return cudaSuccess;
}
cudaError_t cudaPointerGetAttributes(struct cudaPointerAttributes *said, const void *pointer) {
  *said = (struct cudaPointerAttributes){.type = cudaMemoryTypeDevice, .devicePointer = (void *)pointer};
  return cudaSuccess;
}

cudaError_t cudaFuncGetAttributes(struct cudaFuncAttributes *said, const void *kernel) {
  int version = 10 * device_attribute(cudaDevAttrComputeCapabilityMajor) +
                device_attribute(cudaDevAttrComputeCapabilityMinor);
  *said = (struct cudaFuncAttributes){.maxThreadsPerBlock = 1024,
                                      .numRegs = 32,
                                      .ptxVersion = version,
                                      .binaryVersion = version,
                                      .maxDynamicSharedSizeBytes = 49152};
  return cudaSuccess;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessorWithFlags(int *blocks, const void *kernel, int size,
                                                                   size_t shared, unsigned flags) {
  *blocks = 2;
  return cudaSuccess;
}
cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, const void *kernel, int size,
                                                          size_t shared) {
  *blocks = 2;
  return cudaSuccess;
}
cudaError_t cudaGetFuncBySymbol(cudaFunction_t *function, const void *kernel) {
  *function = (cudaFunction_t)kernel;
  return cudaSuccess;
}
cudaError_t cudaGetSymbolAddress(void **memory, const void *symbol) {
  static char globals[1 << 16] __attribute__((aligned(1 << 16)));
  *memory = globals;
  return cudaSuccess;
}

/* What compiled code calls to register its kernels and to launch them. */
void **__cudaRegisterFatBinary(void *binary) {
  static void *handle[4];
  return handle;
}
void __cudaRegisterFunction(void **handle, const char *kernel, char *device_kernel, const char *name, int limit,
                            void *thread, void *block, void *block_size, void *grid, int *warp) {
  name_kernel(kernel, name);
}
char __cudaInitModule(void **handle) { return 1; }

static __thread struct {
  dim3 grid, block;
  size_t shared;
  void *stream;
} call;
unsigned __cudaPushCallConfiguration(dim3 grid, dim3 block, size_t shared, void *stream) {
  call.grid = grid, call.block = block, call.shared = shared, call.stream = stream;
  return 0;
}
cudaError_t __cudaPopCallConfiguration(dim3 *grid, dim3 *block, size_t *shared, void *stream) {
  *grid = call.grid, *block = call.block, *shared = call.shared, *(void **)stream = call.stream;
  return cudaSuccess;
}
cudaError_t __cudaGetKernel(void **kernel, const void *address) {
  *kernel = (void *)address;
  return cudaSuccess;
}
cudaError_t __cudaLaunchKernel(void *kernel, dim3 grid, dim3 block, void **arguments, size_t shared,
                               void *stream) {
  pace_kernel(stream);
  count_kernel(kernel);
  return cudaSuccess;
}
cudaError_t cudaLaunchKernel(const void *kernel, dim3 grid, dim3 block, void **arguments, size_t shared,
                             cudaStream_t stream) {
  pace_kernel(stream);
  count_kernel(kernel);
  return cudaSuccess;
}
cudaError_t cudaLaunchKernelExC(const cudaLaunchConfig_t *config, const void *kernel, void **arguments) {
  pace_kernel(config->stream);
  count_kernel(kernel);
  return cudaSuccess;
}
