/**
 * What else the pages do: the form of a job's fields, charts under the pointer, the download of a
 * log, and all of it through a proxy to a unix socket.
 *
 * @module
 */

import type { Case } from "../case.ts";
import { fillEveryState } from "../queues.ts";
import { until } from "../until.ts";

/** The form of a waiting job. */
export const editFields: Case = {
  name: "edit-fields",
  about: "change a waiting job's fields in its form, wrong ones too",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/jobs/invoice-101");
    await tab.click("link", "Edit", tab.main);
    const form = tab.main.getByRole("form", { name: "Edit job" });
    const command = form.getByRole("textbox", { name: "Command" });
    await until("the form has the command", async () => await command.inputValue() !== "");
    await command.fill("echo invoice 101, again");
    const priority = form.getByLabel("Priority", { exact: true });
    await priority.fill("11");
    await tab.click("button", "Save", form);
    await tab.sees(/0 to 9/, form);
    scene.check(scene.job(dir, "invoice-101").priority === 5, "a wrong priority was saved");
    await priority.fill("9");
    await form.getByLabel("Label", { exact: true }).fill("Invoice of May");
    await tab.click("button", "Save", form);
    await tab.sees("Changed.");
    const { command: changed, priority: level, label } = scene.job(dir, "invoice-101");
    scene.check(changed === "echo invoice 101, again", `the command is ${changed}`);
    scene.check(level === 9 && label === "Invoice of May", `priority ${level}, label ${label}`);
    await tab.sees("echo invoice 101, again", tab.main);
  },
};

/** The charts of the overview. */
export const charts: Case = {
  name: "charts",
  about: "all charts say their values at the pointer, and no more once it has left",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/?span=5m");
    const chart = tab.main.locator(".chart").first();
    const { x, y, width, height } = (await chart.locator("svg").boundingBox())!;
    const legend = tab.main.locator(".chart .legend");
    const sum = async () => {
      let done = 0;
      for (let at = 0; at < 60; at++) {
        await tab.page.mouse.move(x + width * (at + 0.5) / 60, y + height / 2);
        done += Number(/done (\d+)/.exec(await legend.first().innerText())?.[1]);
      }
      return done;
    };
    const done = await sum();
    scene.check(done === 3, `the chart says that ${done} attempts succeeded, not 3`);
    await tab.reads(legend.last(), /p50 /);
    scene.check(await tab.main.locator("line.cursor").count() === 3, "a chart has no cursor");
    await tab.page.mouse.move(0, 0);
    await until(
      "no cursor is left",
      async () => await tab.main.locator("line.cursor").count() === 0,
    );
  },
};

/** A log as a file. */
export const download: Case = {
  name: "download",
  about: "a log is downloaded byte for byte, by a name of its own",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const dashboard = await scene.dashboard(dir);
    const tab = await scene.tab(dashboard, "/jobs/render-intro");
    const [file] = await Promise.all([
      tab.page.waitForEvent("download"),
      tab.click("link", "Download", tab.main),
    ]);
    const name = file.suggestedFilename();
    scene.check(name === "render-intro.log", `the file is named ${name}`);
    const [got, wanted] = [await file.path(), `${dir}/done/render-intro.log`].map(
      Deno.readTextFileSync,
    );
    scene.check(got === wanted, `the file has ${JSON.stringify(got)}`);
  },
};

/** A server on a unix socket. */
export const socket: Case = {
  name: "socket",
  about: "through a proxy to a unix socket: the link, events and an action",
  async play(scene) {
    const dir = scene.queue();
    await fillEveryState(scene, dir);
    const path = `${dir}.socket`;
    const served = await scene.dashboard(dir, "--socket", path, "--allow-host", "127.0.0.1");
    scene.check((Deno.statSync(path).mode! & 0o777) === 0o600, "others may open the socket");
    using proxy = proxyTo(path);
    const origin = `http://127.0.0.1:${proxy.port}`;
    const link = served.link.replace(/^http:\/\/[^/]*/, origin);
    const tab = await scene.tab({ ...served, link, origin }, "/jobs/invoice-101");
    await tab.sees("live");
    await scene.add(dir, [{ id: "later", command: "true", after: ["invoice-101"] }]);
    await tab.sees("later", tab.main);
    await tab.click("button", "Hold", tab.main);
    await tab.reads(tab.main, "held");
    await scene.end(served.program);
    await until("the socket is gone", () => !exists(path));
  },
};

/** Passes connections on to a socket, as a reverse proxy does. */
function proxyTo(path: string): { port: number } & Disposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const client of listener) {
      const server = await Deno.connect({ transport: "unix", path }).catch(() => undefined);
      if (!server) {
        client.close();
        continue;
      }
      void client.readable.pipeTo(server.writable).catch(() => {});
      void server.readable.pipeTo(client.writable).catch(() => {});
    }
  })();
  return { port: listener.addr.port, [Symbol.dispose]: () => listener.close() };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
