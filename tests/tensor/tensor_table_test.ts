import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { TensorTable } from "../../lib/tensor/tensor_table.ts";

const scalar = { shape: [], dtype: 1 };

Deno.test("a table uses the slots of deleted tensors again, but never a number", () => {
  const table = new TensorTable();
  const [first, second] = [table.add(null, scalar), table.add(null, { shape: [2], dtype: 3 })];
  assertEquals([table.size, table.get(second.id)?.record], [2, second]);

  table.delete(first.id);
  table.delete(first.id);
  const third = table.add(null, scalar);

  assertEquals(table.size, 2);
  assertEquals(table.get(first.id), undefined);
  assertNotEquals(third.id, first.id);
  assertEquals(table.get(third.id)?.record, third);
});

Deno.test("a reserved number stands for no tensor, now and later", () => {
  const table = new TensorTable();
  const reserved = table.reserve();
  const ids = [1, 2, 3].map(() => table.add(null, scalar).id);
  assertEquals(table.get(reserved), undefined);
  assertEquals(new Set([reserved, table.reserve(), ...ids]).size, 5);
});

Deno.test("a full table refuses another tensor and keeps those it has", () => {
  const table = new TensorTable({ capacity: 4 });
  const records = [1, 2, 3].map(() => table.add(null, scalar));
  assertThrows(() => table.add(null, scalar), RangeError, "at most 3 can be");
  assertThrows(() => table.checkRoom(1), RangeError, "dispose those");
  assertEquals(records.map(({ id }) => table.get(id)?.record), records);
  table.delete(records[1]!.id);
  const another = table.add(null, scalar);
  assertEquals(table.get(another.id)?.record, another);
});

Deno.test("numbers stay whole however many were given before", () => {
  const table = new TensorTable({ given: 2 ** 33 - 3 });
  const records = [1, 2, 3, 4, 5, 6].map(() => table.add(null, scalar));
  assertEquals(records.map(({ id }) => Number.isSafeInteger(id)), records.map(() => true));
  assertEquals(records.map(({ id }) => table.get(id)?.record), records);
});
