/* cuBLAS and NVML, as far as TensorFlow waits for an answer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "counters.h"

enum { version = 120903 };

int cublasGetVersion_v2(void *handle, int *value) { *value = version; return 0; }
int cublasGetProperty(int part, int *value) { *value = part == 0 ? 12 : part == 1 ? 9 : 3; return 0; }
const char *cublasGetStatusString(int status) { return "a status of cuBLAS"; }
size_t cublasLtGetVersion(void) { return version; }
size_t cublasLtGetCudartVersion(void) { return 12090; }

/* Descriptors of cublasLt keep what they are told, by the number of the attribute. */
enum { attributes = 64 };
struct descriptor {
  struct {
    unsigned char bytes[32];
    size_t size;
  } told[attributes];
};
enum { layout_type = 0, layout_rows = 2, layout_columns = 3, layout_stride = 4, layout_batch = 5 };

static int tell(struct descriptor *descriptor, int attribute, const void *value, size_t size) {
  if (attribute < 0 || attribute >= attributes || size > 32) return 0;
  memcpy(descriptor->told[attribute].bytes, value, size);
  descriptor->told[attribute].size = size;
  return 0;
}
static int ask(struct descriptor *descriptor, int attribute, void *value, size_t room, size_t *written) {
  if (attribute < 0 || attribute >= attributes) return 1;
  size_t size = descriptor->told[attribute].size ? descriptor->told[attribute].size : room;
  if (written) *written = size;
  if (value) memcpy(value, descriptor->told[attribute].bytes, size < room ? size : room);
  return 0;
}
int cublasLtMatmulDescCreate(void **made, int compute, int scale) {
  *made = calloc(1, sizeof(struct descriptor));
  return 0;
}
int cublasLtMatmulPreferenceCreate(void **made) { return cublasLtMatmulDescCreate(made, 0, 0); }
int cublasLtMatrixLayoutCreate(void **made, int type, uint64_t rows, uint64_t columns, int64_t stride) {
  int batch = 1;
  cublasLtMatmulDescCreate(made, 0, 0);
  tell(*made, layout_type, &type, sizeof type);
  tell(*made, layout_rows, &rows, sizeof rows);
  tell(*made, layout_columns, &columns, sizeof columns);
  tell(*made, layout_stride, &stride, sizeof stride);
  return tell(*made, layout_batch, &batch, sizeof batch);
}
int cublasLtMatmulDescSetAttribute(void *of, int name, const void *value, size_t size) {
  return tell(of, name, value, size);
}
int cublasLtMatmulDescGetAttribute(void *of, int name, void *value, size_t room, size_t *written) {
  return ask(of, name, value, room, written);
}
int cublasLtMatrixLayoutSetAttribute(void *of, int name, const void *value, size_t size) {
  return tell(of, name, value, size);
}
int cublasLtMatrixLayoutGetAttribute(void *of, int name, void *value, size_t room, size_t *written) {
  return ask(of, name, value, room, written);
}
int cublasLtMatmulPreferenceSetAttribute(void *of, int name, const void *value, size_t size) {
  return tell(of, name, value, size);
}

/* As cublasLtMatmulHeuristicResult_t. */
struct heuristic {
  uint64_t algorithm[8];
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
};
int cublasLtMatmulAlgoGetHeuristic(void *handle, void *product, void *a, void *b, void *c, void *d,
                                   void *preference, int wanted, struct heuristic *found, int *count_found) {
  memset(found, 0, sizeof *found);
  *count_found = 1;
  return 0;
}

/* NVML: TensorFlow lists no GPU without it. */
int nvmlInit_v2(void) { return 0; }
int nvmlShutdown(void) { return 0; }
int nvmlDeviceGetCount_v2(unsigned *devices) { *devices = 1; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned number, void **device) { *device = (void *)1; return 0; }
int nvmlDeviceGetHandleByPciBusId_v2(const char *id, void **device) { *device = (void *)1; return 0; }
int nvmlDeviceGetMaxPcieLinkGeneration(void *device, unsigned *value) { *value = 4; return 0; }
int nvmlDeviceGetMaxPcieLinkWidth(void *device, unsigned *value) { *value = 16; return 0; }
int nvmlDeviceGetNvLinkState(void *device, unsigned link, unsigned *state) { *state = 0; return 0; }
int nvmlDeviceGetGpuFabricInfoV(void *device, void *info) { return 3; /* not supported */ }
int nvmlSystemGetDriverVersion(char *text, unsigned room) { snprintf(text, room, "575.51.03"); return 0; }
int nvmlSystemGetCudaDriverVersion_v2(int *value) { *value = 12090; return 0; }
const char *nvmlErrorString(int error) { return "an error of NVML"; }
