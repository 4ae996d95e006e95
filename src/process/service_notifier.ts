/**
 * Reports to the service manager that started this process, by sd_notify(3): a datagram to the
 * socket that `$NOTIFY_SOCKET` names. Where the C library cannot be called, `systemd-notify` sends
 * it.
 *
 * @module
 */

import { libc } from "../fs/libc.ts";
import { LIBC, SOCKADDR_UN } from "../fs/linux_abi.ts";
import { reasonOf } from "../text/errors.ts";

const { AF_UNIX, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_CLOEXEC, MSG_NOSIGNAL } = LIBC;

/** The longest path in a `struct sockaddr_un`. */
const LONGEST_PATH = 108;

const encoder = new TextEncoder();

/** The service manager of this process. */
export interface ServiceNotifier {
  /** The longest time between two messages `WATCHDOG=1`, in seconds; missing if it expects none. */
  readonly watchdog?: number;
  /** Sends assignments such as `READY=1`. Waits for no answer. */
  send(...assignments: string[]): void;
}

/**
 * The service manager that waits for messages of this process. It is taken out of the environment:
 * no command that this process starts can speak in its name by accident.
 *
 * @param trouble Called if a message cannot be sent.
 * @returns `undefined` if none waits, or on a second call.
 *
 * @example
 * ```ts
 * import { takeServiceNotifier } from "./service_notifier.ts";
 *
 * const service = takeServiceNotifier((reason) => console.error(reason));
 * service?.send("READY=1", "STATUS=open for business");
 * ```
 */
export function takeServiceNotifier(
  trouble: (reason: string) => void,
): ServiceNotifier | undefined {
  const [socket, period, pid] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"].map((name) => {
    const value = Deno.env.get(name);
    if (value !== undefined) Deno.env.delete(name);
    return value;
  });
  if (!socket) return undefined;
  const isForUs = pid === undefined || Number(pid) === Deno.pid;
  const watchdog = isForUs && period && /^[1-9]\d*$/.test(period)
    ? Number(period) / 1e6
    : undefined;
  const send = sender(socket) ?? ((text: string) => void sendByProgram(socket, text, trouble));
  return {
    ...(watchdog !== undefined && { watchdog }),
    send(...assignments) {
      try {
        send(assignments.join("\n"));
      } catch (error) {
        trouble(reasonOf(error));
      }
    },
  };
}

/** Whether messages come from this process itself, and not from `systemd-notify`. */
export function notifiesItself(): boolean {
  return libc() !== undefined;
}

/** Sends by the C library; `undefined` where that cannot be called. */
function sender(socket: string): ((text: string) => void) | undefined {
  const c = libc();
  const name = encoder.encode(socket);
  if (!c || name.length > LONGEST_PATH) return undefined;
  const { sun_family, sun_path } = SOCKADDR_UN;
  const address = new Uint8Array(sun_path + name.length);
  address[sun_family] = AF_UNIX;
  address.set(name, sun_path);
  // A name that is in no directory: its first byte is 0.
  if (socket.startsWith("@")) address[sun_path] = 0;
  // Non-blocking: a manager that does not read must not hold up jobs.
  const fd = c.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  return (text) => {
    const bytes = encoder.encode(text);
    const sent = c.sendto(fd, bytes, BigInt(bytes.length), MSG_NOSIGNAL, address, address.length);
    if (Number(sent) !== bytes.length) {
      throw new Error(`the service manager does not read from ${socket}`);
    }
  };
}

let lastSent: Promise<void> = Promise.resolve();

/** Sends by `systemd-notify`, one message after the other. */
function sendByProgram(socket: string, text: string, trouble: (reason: string) => void): void {
  lastSent = lastSent.then(async () => {
    try {
      const { success, stderr } = await new Deno.Command("systemd-notify", {
        args: text.split("\n"),
        env: { NOTIFY_SOCKET: socket },
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).output();
      if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
    } catch (error) {
      trouble(`systemd-notify cannot reach the service manager: ${reasonOf(error)}`);
    }
  });
}
