/**
 * Attributes of an operation, written the same way to an operation that runs and to one that is recorded.
 *
 * @module
 */

import { cInt64List, cShape, cText } from "./c_values.ts";
import type { Bytes, Handle, LibTensorFlow } from "./libtensorflow.ts";
import type { Status } from "./status.ts";

/** Kinds of attributes, numbered as `TF_AttrType`; the value of a string is a text or bytes. */
export const attributeKind = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** TensorFlow's numbers of element types, as `TF_DataType`. */
export const dataType = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  resource: 20,
} as const;

/** An attribute of an operation, in the form tfjs-node's kernels make them. */
export interface Attribute {
  /** The attribute's name in TensorFlow's operation registry. */
  readonly name: string;
  /** One of {@linkcode attributeKind}. */
  readonly type: number;
  /** The value. */
  readonly value: unknown;
}

/**
 * An attribute that names an element type.
 *
 * @param name Name of the attribute.
 * @param type The element type.
 * @returns The attribute.
 */
export function typeAttribute(name: string, type: keyof typeof dataType): Attribute {
  return { name, type: attributeKind.type, value: dataType[type] };
}

/**
 * Writes attributes to an operation.
 *
 * @param library The opened C API.
 * @param target The operation and whether it runs now (`TFE_Op`) or is recorded (`TF_OperationDescription`).
 * @throws {TypeError} If an attribute is of a kind that cannot be passed.
 * @param attributes What to write.
 * @throws {RangeError} If an integer is not whole, or a shape has too many axes.
 */
export function setAttributes(
  library: LibTensorFlow,
  target: { readonly operation: Handle; readonly recorded: boolean; readonly status: Status },
  attributes: readonly Attribute[],
): void {
  const { operation, recorded, status } = target;
  for (const { name, type, value } of attributes) {
    const key = cText(name);
    switch (type) {
      case attributeKind.type:
        library[recorded ? "TF_SetAttrType" : "TFE_OpSetAttrType"](operation, key, value as number);
        break;
      case attributeKind.bool:
        library[recorded ? "TF_SetAttrBool" : "TFE_OpSetAttrBool"](operation, key, value ? 1 : 0);
        break;
      case attributeKind.int:
        if (Array.isArray(value)) {
          library[recorded ? "TF_SetAttrIntList" : "TFE_OpSetAttrIntList"](
            operation,
            key,
            cInt64List(value),
            value.length,
          );
        } else {
          library[recorded ? "TF_SetAttrInt" : "TFE_OpSetAttrInt"](
            operation,
            key,
            BigInt(value as number),
          );
        }
        break;
      case attributeKind.float:
        if (Array.isArray(value)) {
          library[recorded ? "TF_SetAttrFloatList" : "TFE_OpSetAttrFloatList"](
            operation,
            key,
            new Uint8Array(Float32Array.from(value).buffer),
            value.length,
          );
        } else {
          library[recorded ? "TF_SetAttrFloat" : "TFE_OpSetAttrFloat"](
            operation,
            key,
            value as number,
          );
        }
        break;
      case attributeKind.string: {
        const bytes = typeof value === "string" ? cText(value) : value as Bytes;
        const length = typeof value === "string" ? bytes.length - 1 : bytes.length;
        library[recorded ? "TF_SetAttrString" : "TFE_OpSetAttrString"](
          operation,
          key,
          bytes,
          BigInt(length),
        );
        break;
      }
      case attributeKind.shape: {
        const shape = value as number[];
        const dims = cShape(shape);
        if (recorded) library.TF_SetAttrShape(operation, key, dims, shape.length);
        else {
          library.TFE_OpSetAttrShape(operation, key, dims, shape.length, status.pointer);
          status.check(() => `pass attribute "${name}" = [${shape}]`);
        }
        break;
      }
      default:
        throw new TypeError(
          `Cannot pass attribute "${name}": kind ${type} is not supported: use one of attributeKind`,
        );
    }
  }
}
