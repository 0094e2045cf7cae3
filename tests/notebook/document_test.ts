import { assertEquals } from "@std/assert";
import { showsSomething } from "../../lib/notebook/document.ts";

Deno.test("showsSomething() knows the functions that send outputs, and no method of their names", () => {
  const showing = ["await show(figure);", "const line = startProgress('a');", "watchTraining(f);"];
  const silent = ["view.show({ images });", "view\n  .show(batch);", "reshow(figure);", "show;"];

  assertEquals(showing.map(showsSomething), [true, true, true]);
  assertEquals(silent.map(showsSomething), [false, false, false, false]);
});
