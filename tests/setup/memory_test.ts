import { dirname } from "node:path";
import { assertEquals } from "@std/assert";
import { memoryLimit } from "../../lib/setup/memory.ts";
import { temporaryFolder } from "../data/disposables.ts";

const cases: { what: string; files: Record<string, string>; limit: number }[] = [
  { what: "no /proc and no control groups", files: {}, limit: Infinity },
  {
    what: "a container of the second version, which sees itself as the root",
    files: { "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "2147483648\n" },
    limit: 2 ** 31,
  },
  {
    what: "the second version without a limit",
    files: { "proc/self/cgroup": "0::/user\n", "sys/fs/cgroup/user/memory.max": "max\n" },
    limit: Infinity,
  },
  {
    what: "a batch job of the first version, its limit one level up",
    files: {
      "proc/self/cgroup": "5:devices:/\n4:cpu,memory:/slurm/job:7/step\n",
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/slurm/job:7/memory.limit_in_bytes": "4000000000\n",
      "sys/fs/cgroup/memory/slurm/job:7/step/memory.limit_in_bytes": "9223372036854771712\n",
    },
    limit: 4e9,
  },
  {
    what: "files that say something else",
    files: { "proc/self/cgroup": "nonsense\n0::/\n", "sys/fs/cgroup/memory.max": "much\n" },
    limit: Infinity,
  },
];

for (const { what, files, limit } of cases) {
  Deno.test(`memoryLimit() reads ${what}`, () => {
    using root = temporaryFolder();
    for (const [name, text] of Object.entries(files)) {
      Deno.mkdirSync(dirname(`${root.path}/${name}`), { recursive: true });
      Deno.writeTextFileSync(`${root.path}/${name}`, text);
    }

    assertEquals(memoryLimit(root.path), limit);
  });
}
