import { type Plant, plant } from "./plant.ts";

/** Places of resources, and turns. */
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
];
