import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ExampleSite } from "./example_site.ts";

/** Fails if another job has one of its GPUs; says which it has. */
const TRAIN = `gpus=$(echo "$CUDA_VISIBLE_DEVICES" | tr , " ")
for gpu in $gpus; do mkdir "gpu-$gpu" || exit 1; done
echo "on $gpus"; sleep 0.2
for gpu in $gpus; do rmdir "gpu-$gpu"; done`;

Deno.test("the GPU example gives each job GPUs of its own, and no more than there are", async () => {
  await using site = new ExampleSite({ max_retries: 0, "resources.gpu": 2 });
  const train = (needed: number) =>
    site.run(`exec "$EXAMPLES/gpu_queue.sh" ${needed} sh -c "$TRAIN"`, {
      TRAIN,
      GPU_LOCKS: `${site.home}/locks`,
    });
  for (const needed of [1, 1, 2]) await train(needed);
  const jobs = await site.work(4);
  assertEquals(jobs.map(({ state }) => state), ["done", "done", "done"]);
  const logs = jobs.map(({ id }) => Deno.readTextFileSync(`${site.program.dir}/done/${id}.log`));
  assertEquals(logs[2], "on 0 1\n");
  for (const log of logs.slice(0, 2)) assertMatch(log, /^on [01]\n$/);
});

Deno.test("the GPU example refuses a job that needs more GPUs than there are", async () => {
  await using site = new ExampleSite({ "resources.gpu": 2 });
  const { code, stderr } = await site.fail('exec "$EXAMPLES/gpu_queue.sh" 3 true', {
    HOME: site.home,
  });
  assertEquals(code, 1);
  assertStringIncludes(stderr, "resources.gpu");
  assertEquals(site.program.names("pending"), []);
});

Deno.test("the GPU example waits, uncharged, for a GPU that a program outside of the queue uses", async () => {
  await using site = new ExampleSite({ max_retries: 0, backoff_max: 0.1, "resources.gpu": 1 });
  const env = { GPU_LOCKS: `${site.home}/locks` };
  Deno.mkdirSync(env.GPU_LOCKS);
  const outside = site.spawn(
    "exec flock locks/0 sh -c 'echo locked; until test -e go; do sleep 0.05; done'",
  );
  await outside.says(/locked/);
  const id = (await site.run('exec "$EXAMPLES/gpu_queue.sh" 1 true', env)).trim();
  const worker = site.spawn("exec queuectl worker start --drain");
  await worker.says(/exit 75/);
  Deno.writeTextFileSync(`${site.home}/go`, "");
  assertEquals((await worker.ended).code, 0);
  const job = JSON.parse(await site.run(`queuectl --json show ${id}`));
  assertEquals([job.state, job.attempts], ["done", 1]);
});
