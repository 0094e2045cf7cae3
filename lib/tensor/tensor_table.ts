/**
 * The tensors alive in TensorFlow, by the kit's numbers for them.
 *
 * A `Map` that gains and loses hundreds of entries a step moves to a new table every few steps, and each
 * old table points to the next: until V8's rare full collections they all stay, with all they hold, 65 KB
 * a step. Slots that are used again leave nothing behind.
 *
 * @module
 */

import type { Handle } from "./libtensorflow.ts";
import type { TensorRecord } from "./tensor_record.ts";

/** A tensor that TensorFlow holds. */
export interface LiveTensor {
  /** TensorFlow's pointer. */
  readonly handle: Handle;
  /** Number, shape and type. */
  readonly record: TensorRecord;
}

/** Fewer tensors than this can be alive at a time. */
const capacity = 2 ** 20;

/** Live tensors by number; a number is never given twice. */
export class TensorTable {
  // A number is a counter times the capacity, plus the slot; slot 0 is for numbers without a tensor.
  readonly #slots: (LiveTensor | undefined)[] = [undefined];
  readonly #free: number[] = [];
  #given = 0;

  /** Tensors alive. */
  get size(): number {
    return this.#slots.length - 1 - this.#free.length;
  }

  /** A number that stands for no tensor of this table. */
  reserve(): number {
    return ++this.#given * capacity;
  }

  /**
   * Makes sure that there is room for tensors, before they are made.
   *
   * @param count How many.
   * @throws {RangeError} If there is not: a number would stand for two of them.
   */
  makeSure(count: number): void {
    if (this.size + count < capacity) return;
    throw new RangeError(
      `Cannot make ${count} more tensors: ${this.size} are alive and at most ${
        capacity - 1
      } can be: ` +
        "dispose those that are not needed any more",
    );
  }

  /** Adds a tensor and returns its record. */
  add(handle: Handle, { shape, dtype }: Omit<TensorRecord, "id">): TensorRecord {
    const slot = this.#free.pop() ?? this.#slots.length;
    const record = { id: ++this.#given * capacity + slot, shape, dtype };
    this.#slots[slot] = { handle, record };
    return record;
  }

  /** The tensor of a number, or `undefined` if it is not alive here. */
  get(id: number): LiveTensor | undefined {
    const found = this.#slots[id % capacity];
    return found?.record.id === id ? found : undefined;
  }

  /** Forgets a tensor. */
  delete(id: number): void {
    if (this.get(id) === undefined) return;
    const slot = id % capacity;
    this.#slots[slot] = undefined;
    this.#free.push(slot);
  }
}
