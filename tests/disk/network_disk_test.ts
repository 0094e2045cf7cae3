import { assertEquals } from "@std/assert";
import { networkDiskType } from "../../lib/disk/network_disk.ts";

const mounts = [
  "/dev/sda1 / ext4 rw,relatime 0 0",
  "server:/export /home nfs4 rw 0 0",
  "/dev/sdb1 /home/ada/scratch xfs rw 0 0",
  "//nas/share /mnt/my\\040share cifs rw 0 0",
  "ada@host:/ /mnt/remote fuse.sshfs rw 0 0",
  "o2ib:/work /work lustre rw 0 0",
  "/dev/sdc1 /data ext4 rw 0 0",
  "server:/data /data nfs rw 0 0",
].join("\n");

const cases: Readonly<Record<string, string | undefined>> = {
  "/var/runs": undefined,
  "/home/ada/runs": "nfs4",
  "/home": "nfs4",
  "/homes/ada": undefined,
  "/home/ada/scratch/runs": undefined,
  "/mnt/my share/runs": "cifs",
  "/mnt/remote/a": "fuse.sshfs",
  "/work/group/runs": "lustre",
  "/data/runs": "nfs",
};
for (const [folder, type] of Object.entries(cases)) {
  Deno.test(`networkDiskType() takes ${folder} for ${type ?? "a disk of this machine"}`, () => {
    assertEquals(networkDiskType(folder, mounts), type);
  });
}
