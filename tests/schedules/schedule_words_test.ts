import { assertEquals, assertRejects } from "@std/assert";
import { previewSchedule } from "../../src/schedules/preview_schedule.ts";
import { scheduleWords } from "../../src/schedules/schedule_words.ts";
import { UsageError } from "../../src/text/errors.ts";

Deno.test("a schedule's times are said in words", () => {
  const words: Record<string, string> = {
    "* * * * *": "every minute",
    "*/15 * * * *": "every 15 minutes",
    "@hourly": "every hour, at minute 0",
    "5 */2 * * *": "every 2 hours, at minute 5",
    "30 2 * * *": "every day, at 02:30",
    "0 9,17 * * *": "every day, at 09:00 and 17:00",
    "30 2 * * MON-FRI": "Monday to Friday, at 02:30",
    "0 0 1 * *": "day 1 of the month, at 00:00",
    "0 0 1 1 *": "day 1 of the month in January, at 00:00",
    "0 0 L * *": "the last day of the month, at 00:00",
    "0 8 13 * 5": "Friday or day 13 of the month, at 08:00",
    "0 8 * * FRI#2": "Friday number 2 of the month, at 08:00",
    "0 8 * * 5L": "the last Friday of the month, at 08:00",
    "*/10 9-17 * * *": "in the hours 9 to 17, every 10 minutes",
    "0 12 * JUN,7 *": "every day in June and July, at 12:00",
    "*/5 * * * * *": "every 5 seconds",
    "every  90s": "every 90s",
  };
  for (const [when, text] of Object.entries(words)) assertEquals(scheduleWords(when), text, when);
});

Deno.test("a preview has the next five times in their zone, and refuses what is no schedule", async () => {
  const { words, tz, next } = await previewSchedule("30 2 * * *", "Europe/Berlin");
  assertEquals([words, tz, next.length], ["every day, at 02:30", "Europe/Berlin", 5]);
  assertEquals((await previewSchedule("every 5m")).tz, undefined);
  await assertRejects(() => previewSchedule("61 * * * *"), UsageError);
  await assertRejects(() => previewSchedule("@daily", "Nowhere/Here"), UsageError);
});
