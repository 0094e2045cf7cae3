/**
 * Which disks are shared over a network, where what processes have in common in memory does not reach.
 *
 * @module
 */

/** Types of file systems that come over a network, as Linux names them. */
const networkTypes =
  /^(nfs\d?|cifs|smb\d?|smbfs|9p|afs|ncpfs|coda|lustre|gpfs|beegfs|beegfs_nodev|ceph|glusterfs|orangefs|pvfs2|ocfs2|gfs2|panfs|wekafs|virtiofs|fuse\.(sshfs|glusterfs.*|ceph.*|s3fs|gcsfuse|rclone|juicefs|moosefs|mfs.*|weka.*|lizardfs))$/;

/**
 * The type of a network's file system that a folder lies on.
 *
 * @param folder The folder, as an absolute path without links.
 * @param mounts What is mounted, as `/proc/mounts` tells it.
 * @returns Such as `nfs4`; `undefined` for a disk of this machine.
 * @example A home of a cluster
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { networkDiskType } from "glmc/disk/network_disk.ts";
 *
 * const mounts = "/dev/sda1 / ext4 rw 0 0\nserver:/home /home nfs4 rw 0 0\n";
 *
 * assertEquals(networkDiskType("/home/ada/runs", mounts), "nfs4");
 * assertEquals(networkDiskType("/homework", mounts), undefined);
 * ```
 */
export function networkDiskType(folder: string, mounts: string): string | undefined {
  let [longest, type] = ["", ""];
  for (const line of mounts.split("\n")) {
    const [, escaped = "", found = ""] = line.split(" ");
    // Blanks and the like are written as octal numbers.
    const point = escaped.replace(
      /\\([0-7]{3})/g,
      (_, digits) => String.fromCharCode(parseInt(digits, 8)),
    );
    const isAround = point === "/" || folder === point || folder.startsWith(`${point}/`);
    // Of two mounts on one point the later one is seen.
    if (isAround && point.length >= longest.length) [longest, type] = [point, found];
  }
  return networkTypes.test(type) ? type : undefined;
}
