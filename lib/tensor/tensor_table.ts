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

/** Live tensors by number; a number comes again only after thousands of millions of others. */
export class TensorTable {
  // A number is a counter times the capacity, plus the slot; slot 0 is for numbers without a tensor.
  readonly #slots: (LiveTensor | undefined)[] = [undefined];
  readonly #free: number[] = [];
  readonly #capacity: number;
  readonly #last: number;
  #given: number;

  /**
   * Makes an empty table.
   *
   * @param options Slots, one of which holds no tensor, and how many numbers were given before.
   */
  constructor({ capacity = 2 ** 20, given = 0 } = {}) {
    this.#capacity = capacity;
    // Beyond it a number would be no integer any more; a training op by op gets there within days.
    this.#last = Math.floor(Number.MAX_SAFE_INTEGER / capacity) - 1;
    this.#given = given;
  }

  /** Tensors alive. */
  get size(): number {
    return this.#slots.length - 1 - this.#free.length;
  }

  /** A number that stands for no tensor of this table. */
  reserve(): number {
    return this.#next() * this.#capacity;
  }

  /**
   * Makes sure that so many more tensors can be added.
   *
   * @throws {RangeError} If there are too many.
   */
  checkRoom(more: number): void {
    if (this.size + more < this.#capacity) return;
    throw new RangeError(
      `Cannot make ${more} more tensors: ${this.size} are alive, and at most ` +
        `${this.#capacity - 1} can be: dispose those that are no longer needed`,
    );
  }

  /**
   * Adds a tensor and returns its record.
   *
   * @throws {RangeError} If the table is full.
   */
  add(handle: Handle, { shape, dtype }: Omit<TensorRecord, "id">): TensorRecord {
    this.checkRoom(1);
    const slot = this.#free.pop() ?? this.#slots.length;
    const record = { id: this.#next() * this.#capacity + slot, shape, dtype };
    this.#slots[slot] = { handle, record };
    return record;
  }

  /** The tensor of a number, or `undefined` if it is not alive here. */
  get(id: number): LiveTensor | undefined {
    const found = this.#slots[id % this.#capacity];
    return found?.record.id === id ? found : undefined;
  }

  /** Puts another pointer in the place of a tensor's, under the same number. */
  replace(id: number, handle: Handle): void {
    const found = this.get(id);
    if (found !== undefined) this.#slots[id % this.#capacity] = { ...found, handle };
  }

  /** Forgets a tensor. */
  delete(id: number): void {
    if (this.get(id) === undefined) return;
    const slot = id % this.#capacity;
    this.#slots[slot] = undefined;
    this.#free.push(slot);
  }

  #next(): number {
    return this.#given = this.#given < this.#last ? this.#given + 1 : 1;
  }
}
