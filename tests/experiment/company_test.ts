import { assert, assertEquals, assertMatch } from "@std/assert";
import { copy } from "./run_copies.ts";
