import { assert, assertEquals, assertMatch } from "@std/assert";
import { mountFault } from "../../src/fs/known_mounts.ts";
import { findMount, type Mount, mountOf, parseMounts } from "../../src/fs/mounts.ts";

const MOUNTINFO = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /mnt/old\\040share rw - nfs server:/old rw,vers=3,nolock,local_lock=all
31 22 0:41 / /srv rw,nosuid - nfs4 server:/srv rw,vers=4.2,local_lock=none
32 22 0:42 /x /srv rw - fuse.sshfs me@there: rw,user_id=0
33 22 0:43 / /srvother rw - tmpfs tmpfs rw
`;

Deno.test("the mount of a directory is the longest that covers it, and of two on one point the later", () => {
  const mounts = parseMounts(MOUNTINFO);
  const typeAt = (path: string) => findMount(mounts, path)?.type;
  assertEquals(
    ["/", "/home/q", "/mnt/old share/q", "/srv", "/srv/q", "/srvother/q"].map(typeAt),
    ["ext4", "ext4", "nfs", "fuse.sshfs", "fuse.sshfs", "tmpfs"],
  );
  assertEquals(findMount(mounts, "/mnt/old share")?.options, [
    ...["rw", "rw", "vers=3", "nolock", "local_lock=all"],
  ]);
});

Deno.test("mountOf() reads what the kernel says of a directory", () => {
  assertEquals(mountOf("/proc/self")?.type, "proc");
});

Deno.test("mounts whose locks stay on their machine are known, and those that are fit are not", () => {
  const faultOf = (type: string, ...options: string[]) =>
    mountFault({ type, options, source: "x", point: "/x" } as Mount);
  for (
    const [advice, ...mount] of [
      [/without nolock and local_lock/, "nfs", "rw", "nolock"],
      [/without nolock and local_lock/, "nfs", "local_lock=flock"],
      [/without local_lock/, "nfs4", "local_lock=all"],
      [/-o flock/, "lustre", "localflock"],
      [/put the queue on/, "cifs", "nobrl"],
      [/put the queue on/, "fuse.sshfs"],
      [/put the queue on/, "9p", "trans=virtio"],
      [/put the queue on/, "fuse.s3fs"],
    ] as const
  ) {
    const fault = faultOf(mount[0], ...mount.slice(1));
    assert(fault, mount.join());
    assertMatch(fault.advice, advice);
    assertMatch(fault.problem, /locks do not reach other machines$/);
  }
  assertMatch(
    faultOf("smb3")!.problem,
    /^is SMB: a file that one machine has locked cannot be read/,
  );
  for (
    const [type, ...options] of [
      ["nfs", "local_lock=none"],
      ["nfs", "local_lock=posix"],
      ["nfs4", "local_lock=none"],
      ["lustre", "flock"],
      ["9p", "trans=tcp"],
      ["ceph"],
      ["fuse.glusterfs"],
      ["fuse.juicefs"],
      ["ext4"],
    ]
  ) assertEquals(faultOf(type!, ...options), undefined, type);
});
