/* cuDNN: descriptors keep what they are told, plans and batch norm are counted. */
#include <cudnn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "counters.h"

size_t cudnnGetVersion(void) { return CUDNN_VERSION; }
size_t cudnnGetCudartVersion(void) { return 12090; }
const char *cudnnGetErrorString(cudnnStatus_t status) { return "a status of cuDNN"; }
void cudnnGetLastErrorString(char *text, size_t room) { if (room) text[0] = 0; }
cudnnStatus_t cudnnGetProperty(libraryPropertyType part, int *value) {
  *value = part == MAJOR_VERSION ? CUDNN_MAJOR : part == MINOR_VERSION ? CUDNN_MINOR : CUDNN_PATCHLEVEL;
  return CUDNN_STATUS_SUCCESS;
}

/* Convolutions: graphs of operations, whose descriptors are asked for what they were told. */
struct told {
  cudnnBackendAttributeName_t name;
  int64_t count;
  size_t bytes;
  void *values;
  struct told *next;
};
struct descriptor {
  cudnnBackendDescriptorType_t type;
  struct told *told;
};

static size_t size_of(cudnnBackendAttributeType_t type) {
  switch (type) {
    case CUDNN_TYPE_BOOLEAN:
    case CUDNN_TYPE_CHAR: return 1;
    case CUDNN_TYPE_INT64:
    case CUDNN_TYPE_DOUBLE:
    case CUDNN_TYPE_HANDLE:
    case CUDNN_TYPE_VOID_PTR:
    case CUDNN_TYPE_BACKEND_DESCRIPTOR: return 8;
    case CUDNN_TYPE_FRACTION: return 16;
    default: return 4;
  }
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                           cudnnBackendDescriptor_t *made) {
  struct descriptor *descriptor = calloc(1, sizeof *descriptor);
  descriptor->type = type;
  *made = descriptor;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t given) {
  struct descriptor *descriptor = given;
  for (struct told *told = descriptor->told, *next; told; told = next) {
    next = told->next;
    free(told->values);
    free(told);
  }
  free(descriptor);
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t given, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count, const void *values) {
  struct descriptor *descriptor = given;
  struct told *told = malloc(sizeof *told);
  *told = (struct told){name, count, size_of(type) * (size_t)count, NULL, descriptor->told};
  told->values = malloc(told->bytes + 1);
  memcpy(told->values, values, told->bytes);
  descriptor->told = told;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t given, cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t wanted, int64_t *found,
                                       void *values) {
  struct descriptor *descriptor = given;
  int64_t ignored;
  if (!found) found = &ignored;
  for (struct told *told = descriptor->told; told; told = told->next) {
    if (told->name != name) continue;
    *found = told->count;
    size_t bytes = size_of(type) * (size_t)wanted;
    if (values) memcpy(values, told->values, bytes < told->bytes ? bytes : told->bytes);
    return CUDNN_STATUS_SUCCESS;
  }
  /* One engine for everything, which needs no memory to work in. */
  *found = type == CUDNN_TYPE_INT64 || name == CUDNN_ATTR_ENGINEHEUR_RESULTS ||
           name == CUDNN_ATTR_ENGINECFG_ENGINE;
  if (type == CUDNN_TYPE_INT64 && values && wanted) *(int64_t *)values = 0;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                  cudnnBackendDescriptor_t variables) {
  pace_library_kernel();
  count_launch("cudnnBackendExecute");
  return CUDNN_STATUS_SUCCESS;
}

/* Batch norm in training. */
cudnnStatus_t cudnnGetBatchNormalizationForwardTrainingExWorkspaceSize(
    cudnnHandle_t handle, cudnnBatchNormMode_t mode, cudnnBatchNormOps_t operations,
    const cudnnTensorDescriptor_t x, const cudnnTensorDescriptor_t z, const cudnnTensorDescriptor_t y,
    const cudnnTensorDescriptor_t scale, const cudnnActivationDescriptor_t activation, size_t *bytes) {
  *bytes = 256;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnGetBatchNormalizationBackwardExWorkspaceSize(
    cudnnHandle_t handle, cudnnBatchNormMode_t mode, cudnnBatchNormOps_t operations,
    const cudnnTensorDescriptor_t x, const cudnnTensorDescriptor_t y, const cudnnTensorDescriptor_t dy,
    const cudnnTensorDescriptor_t dz, const cudnnTensorDescriptor_t dx, const cudnnTensorDescriptor_t scale,
    const cudnnActivationDescriptor_t activation, size_t *bytes) {
  *bytes = 256;
  return CUDNN_STATUS_SUCCESS;
}

enum { scratch_size = 1024, most_scratch = 1 << 14 };
static void *scratch_of_forward[most_scratch];
static size_t forward_passes;

cudnnStatus_t cudnnGetBatchNormalizationTrainingExReserveSpaceSize(
    cudnnHandle_t handle, cudnnBatchNormMode_t mode, cudnnBatchNormOps_t operations,
    const cudnnActivationDescriptor_t activation, const cudnnTensorDescriptor_t x, size_t *bytes) {
  *bytes = scratch_size;
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBatchNormalizationForwardTrainingEx(
    cudnnHandle_t handle, cudnnBatchNormMode_t mode, cudnnBatchNormOps_t operations, const void *alpha,
    const void *beta, const cudnnTensorDescriptor_t x_form, const void *x, const cudnnTensorDescriptor_t z_form,
    const void *z, const cudnnTensorDescriptor_t y_form, void *y, const cudnnTensorDescriptor_t scale_form,
    const void *scale, const void *bias, double factor, void *mean, void *variance, double epsilon,
    void *saved_mean, void *saved_variance, cudnnActivationDescriptor_t activation, void *workspace,
    size_t workspace_size, void *scratch, size_t size) {
  scratch_of_forward[forward_passes++ % most_scratch] = scratch;
  pace_library_kernel();
  count_launch("cudnnBatchNormalizationForwardTrainingEx");
  count(mode == CUDNN_BATCHNORM_SPATIAL_PERSISTENT ? "persistent batch norm" : "spatial batch norm", 1);
  return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBatchNormalizationBackwardEx(
    cudnnHandle_t handle, cudnnBatchNormMode_t mode, cudnnBatchNormOps_t operations, const void *alpha_data,
    const void *beta_data, const void *alpha_parameters, const void *beta_parameters,
    const cudnnTensorDescriptor_t x_form, const void *x, const cudnnTensorDescriptor_t y_form, const void *y,
    const cudnnTensorDescriptor_t dy_form, const void *dy, const cudnnTensorDescriptor_t dz_form, void *dz,
    const cudnnTensorDescriptor_t dx_form, void *dx, const cudnnTensorDescriptor_t scale_form,
    const void *scale, const void *bias, void *d_scale, void *d_bias, double epsilon, const void *saved_mean,
    const void *saved_variance, cudnnActivationDescriptor_t activation, void *workspace, size_t workspace_size,
    void *scratch, size_t size) {
  pace_library_kernel();
  count_launch("cudnnBatchNormalizationBackwardEx");
  size_t known = forward_passes < most_scratch ? forward_passes : most_scratch, i = 0;
  while (i < known && scratch_of_forward[i] != scratch) i++;
  count(i < known && size == scratch_size ? "scratch of a forward pass" : "scratch of no forward pass", 1);
  return CUDNN_STATUS_SUCCESS;
}
