/**
 * The Debian package, installed and purged on a copy of this machine that is in memory: an overlay
 * in a namespace of its own, without the Deno and the Node of the machine.
 *
 * @module
 */

import { expect, oddCopy, sh, sizeOf, temporaryFolder } from "./shell.ts";

/** Where the copy keeps the package. */
const PACKAGE = "/queuectl.deb";

/** A user who has nothing but a home. */
const AS_USER = "setpriv --reuid=12345 --regid=12345 --clear-groups env -i HOME=/home/stranger " +
  "PATH=/usr/bin:/bin LANG=C.UTF-8";

/** What runs in the copy, and what it prints. */
const STEPS: readonly (readonly [what: string, text: string, stdout: RegExp])[] = [
  ["it is installed", `dpkg -i ${PACKAGE}`, /Setting up queuectl/],
  ["there is no other Deno", "! command -v deno; ! command -v node", /^$/],
  ["another user runs a job", `${AS_USER} queuectl run 'echo hello'`, /^hello\n$/],
  [
    "a job calls queuectl",
    `${AS_USER} queuectl run 'queuectl enqueue --start --id inner "echo inner"' && ` +
    `${AS_USER} queuectl wait inner && ${AS_USER} queuectl logs inner && ` +
    `${AS_USER} queuectl worker stop`,
    /^inner\n(?:[^]*\n)?inner\n/,
  ],
  ["man queuectl", "MANPAGER=cat man queuectl", /durable job queue/],
  ["man 5 queuectl-queue", "MANPAGER=cat man 5 queuectl-queue", /processing\//],
  ["queuectl help", `${AS_USER} queuectl help protocol`, /^THE QUEUE ON DISK\n/],
  [
    "bash completes it",
    "bash -c '. /usr/share/bash-completion/completions/queuectl; complete -p queuectl'",
    /-F _queuectl/,
  ],
  [
    "zsh completes it",
    "zsh -fc 'autoload -Uz compinit && compinit -u -D && print $_comps[queuectl]'",
    /^_queuectl\n$/,
  ],
  [
    "fish completes it",
    `${AS_USER} fish -c 'complete -C "queuectl enq"'`,
    /^enqueue\t/m,
  ],
  [
    "systemd reads the unit",
    "XDG_RUNTIME_DIR=/tmp systemd-analyze --user --man=no verify /usr/lib/systemd/user/queuectl.service 2>&1",
    /^$/,
  ],
  [
    "the unit starts this program, and has no PATH of who built it",
    "grep -E '^ExecStart=|PATH=' /usr/lib/systemd/user/queuectl.service",
    /^ExecStart=[^\n]* \/usr\/lib\/queuectl\/deno run [^\n]* \/usr\/lib\/queuectl\/main\.js worker start [^\n]*\n$/,
  ],
  [
    "purging it names the workers that go on",
    `${AS_USER} queuectl worker start --detach >&2; dpkg --purge queuectl | tee /tmp/said; ` +
    "$(grep -o 'kill [0-9 ]*$' /tmp/said)",
    /Removing queuectl[^]*to let them finish their jobs and exit: kill( \d+)+\n/,
  ],
  ["it leaves nothing", "find /usr /etc /var/lib/dpkg/info -name '*queuectl*'", /^$/],
];

/** Makes the copy, in which what is written stays in memory, and runs the steps there. */
const COPY = `
mkdir $1/memory; mount -t tmpfs none $1/memory; cd $1/memory; mkdir upper work root
mount -t overlay none -o lowerdir=/,upperdir=upper,workdir=work root
cp $2 root${PACKAGE}; mkdir root/answers; mount --bind $1/answers root/answers
mount -t proc none root/proc; mount --rbind /dev root/dev; mount -t tmpfs none root/tmp
chroot root sh /answers/steps`;

/** Images of containers tell dpkg to leave man pages out. */
const PREPARATION = `PATH=/usr/sbin:/usr/bin:/sbin:/bin
rm -f /usr/bin/deno /usr/bin/node /etc/dpkg/dpkg.cfg.d/*
mkdir -p /home/stranger; chown 12345:12345 /home/stranger; chmod 1777 /tmp
`;

/** Makes the package twice, checks, installs, uses and purges it. */
export async function tryDeb(): Promise<void> {
  using place = temporaryFolder();
  const home = place.path;
  const all = Deno.env.toObject();
  const copy = await oddCopy(home);
  const made = await sh(`deno task deb "${home}/a"`, all, copy);
  const file = /^\/.*\.deb$/m.exec(made.stdout)?.[0] ?? "";
  expect(`the package is made (${file && sizeOf(file)})`, made, /\.deb\n$/);
  const elsewhere = `${home}/clone`;
  Deno.renameSync(copy, elsewhere);
  const again = await sh(`deno task deb "${home}/b" && cmp ${home}/[ab]/*.deb`, all, elsewhere);
  expect("it is the same, made in another folder", again, /\.deb\n$/);
  const lintian = await sh(`lintian --allow-root --fail-on error,warning ${file}`, all, home);
  expect("lintian has nothing against it", lintian, /^$/);

  const answers = `${home}/answers`;
  Deno.mkdirSync(answers);
  const steps = STEPS.map(([_, text], at) =>
    `( ${text} ) >/answers/${at}.out 2>/answers/${at}.err </dev/null; echo $? >/answers/${at}.code\n`
  );
  Deno.writeTextFileSync(`${answers}/steps`, PREPARATION + steps.join(""));
  const copied = await sh(
    `unshare --mount --pid --fork --propagation private sh -ec '${COPY}' sh ${home} ${file}`,
    all,
    home,
  );
  expect("a copy of this machine runs", copied, /^/);
  for (const [at, [what, , stdout]] of STEPS.entries()) {
    const [out, err, code] = ["out", "err", "code"].map((part) =>
      Deno.readTextFileSync(`${answers}/${at}.${part}`)
    ) as [string, string, string];
    expect(what, { code: Number(code), stdout: out, stderr: err }, stdout);
  }
}
