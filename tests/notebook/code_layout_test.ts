import { assertEquals } from "@std/assert";
import { withoutLayout } from "../../lib/notebook/code_layout.ts";

Deno.test("withoutLayout() drops comments and spaces and keeps what stands in quotes", () => {
  for (
    const [code, kept] of [
      ["a = 1; // one", "a=1;"],
      ["a /* b\n c */ = 1;", "a=1;"],
      ["/** Adds. */\nconst a = 1;\n\n", "consta=1;"],
      [`const a = "b // c"; // d`, `consta="b // c";`],
      [`const a = 'it\\'s // b'; /* c */`, `consta='it\\'s // b';`],
      ["const a = `b // ${c /* d */} // e`; // f", "consta=`b // ${c} // e`;"],
      ["`a ${b ? `c // d` : { e: 1 }} f // g` // h", "`a ${b?`c // d`:{e:1}} f // g`"],
      [`text.match(/"[^"/]* \\/ b/g) // c`, `text.match(/"[^"/]* \\/ b/g)`],
      ["return /a b/.test(c) // d", "return/a b/.test(c)"],
      ["a / b // c / d", "a/b"],
      ["(a) / 2 / c // d", "(a)/2/c"],
    ] as const
  ) {
    assertEquals(withoutLayout(code), kept, code);
  }
});
