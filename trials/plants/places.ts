import { type Plant, plant, plantBeside } from "./plant.ts";

/** Places of resources and groups, and turns. */
export const PLACES: readonly Plant[] = [
  plant("places-are-kept-though-there-are-too-few", "constraints/limits.ts", [
    "place_race",
    "takers-all",
  ], [
    "  releaseAll(taken);\n  return answer;",
    "  return answer;",
  ]),
  plant("places-of-others-are-kept-though-one-is-full", "constraints/turns.ts", [
    "place_race",
    "takers-both-and-the-second",
  ], [
    "    if (!isDone) releaseAll(taken);\n",
    "",
  ]),
  plant("several-places-are-taken-without-the-turn", "constraints/turns.ts", [
    "place_race",
    "takers-all",
  ], [
    "    const late = own.take(needs);\n",
    "    const late = own.take([]);\n",
  ]),
  plant("another's-turn-is-not-waited-for", "constraints/turns.ts", [
    "place_race",
    "turn-keeper-and-stream",
  ], [
    "isAnothersTurn(store, only.resource)) {",
    "isAnothersTurn(store, `${only.resource}-`)) {",
  ]),
  plant("place-of-a-dead-worker-is-taken", "constraints/limits.ts", [
    "place_race",
    "takers-all-and-one",
  ], [
    "  if (!isDead) removeIfThere(store, name);\n  return isDead;",
    "  removeIfThere(store, name);\n  return false;",
  ]),
  plant("turn-leaves-its-file", "constraints/turns.ts", ["place_race", "turn-keeper-and-stream"], [
    "        if (!declaredDead) removeIfThere(this.#store, turnPath(this.#store, resource));\n",
    "",
  ]),
  plant("turn-of-a-dead-worker-is-left", "constraints/turns.ts", ["place_race", "takers-all"], [
    "  removeIfThere(store, path);\n",
    "",
  ]),
  plant("places-stay-when-the-disk-refuses-one", "constraints/limits.ts", [
    "fault",
    "claim-limited",
  ], [
    "  } catch (error) {\n    releaseAll(taken);\n    throw error;",
    "  } catch (error) {\n    throw error;",
  ]),
  plantBeside("a-paused-group-is-run", "constraints/limits.ts", [
    "worker/group_limits",
    "a worker drains a queue whose last jobs are of a paused group",
  ], [
    "config[pausedKey(group)] === true ? 0 : config[groupKey(group)]",
    "config[groupKey(group)]",
  ]),
  plantBeside("a-group's-limit-is-not-asked-for", "constraints/needs.ts", [
    "worker/group_limits",
    "no more jobs of a group run at once",
  ], [
    "  return [...needs, { resource: limit, places: 1 }].sort(byName);",
    "  return needs;",
  ]),
];
