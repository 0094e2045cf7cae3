import { dirname } from "node:path";
import { assert, assertEquals } from "@std/assert";
import { memoryInfo, memoryLimit, usableMemory } from "../../lib/process/memory.ts";
import { temporaryFolder } from "../data/disposables.ts";

/** A machine with these files. */
function machineWith(files: Record<string, string>): ReturnType<typeof temporaryFolder> {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    Deno.mkdirSync(dirname(`${root.path}/${name}`), { recursive: true });
    Deno.writeTextFileSync(`${root.path}/${name}`, text);
  }
  return root;
}

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
    using root = machineWith(files);

    assertEquals(memoryLimit(root.path), limit);
  });
}

Deno.test("usableMemory() is what a container has left, of which forgotten files take nothing", () => {
  using second = machineWith({
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/memory.max": "1000000\n",
    "sys/fs/cgroup/memory.current": "700000\n",
    "sys/fs/cgroup/memory.stat": "anon 300000\ninactive_file 400000\nactive_file 1\n",
  });
  using first = machineWith({
    "proc/self/cgroup": "4:memory:/job\n",
    "sys/fs/cgroup/memory/job/memory.limit_in_bytes": "1000000\n",
    "sys/fs/cgroup/memory/job/memory.usage_in_bytes": "900000\n",
    "sys/fs/cgroup/memory/job/memory.stat": "cache 1\ntotal_inactive_file 100000\n",
  });
  using full = machineWith({
    "proc/self/cgroup": "0::/\n",
    "sys/fs/cgroup/memory.max": "1000000\n",
    "sys/fs/cgroup/memory.current": "1200000\n",
  });

  assertEquals([second, first, full].map(({ path }) => usableMemory(path)), [700000, 200000, 0]);
});

Deno.test("usableMemory() is at most what the machine has free where there is no limit", () => {
  const usable = usableMemory("/nowhere");
  const { total } = memoryInfo();

  assert(usable > 0 && (total === 0 ? usable === Infinity : usable <= total), `${usable}`);
});
