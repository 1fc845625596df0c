import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { asClock, countDown, milestone } from "./countdown";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test("reports each second once", () => {
  const told: number[] = [];
  countDown(Date.now() + 2_500, (seconds) => told.push(seconds));
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([3, 2, 1, 0]);
  expect(vi.getTimerCount()).toBe(0);
});

test("after a sleep the countdown shows the remaining time", () => {
  const told: number[] = [];
  countDown(Date.now() + 60_000, (seconds) => told.push(seconds));
  vi.setSystemTime(Date.now() + 50_000);
  vi.advanceTimersByTime(1_000);
  expect(told).toEqual([60, 9]);
});

test("the countdown can be stopped", () => {
  const stop = countDown(Date.now() + 60_000, () => {});
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

test("seconds are shown as minutes and seconds", () => {
  expect([0, 7, 60, 1800].map(asClock)).toEqual(["0:00", "0:07", "1:00", "30:00"]);
});

test("a screen reader announces the countdown three times", () => {
  const said = Array.from({ length: 61 }, (_, passed) => milestone(60 - passed));
  expect(new Set(said.filter(Boolean)).size).toBe(3);
  expect([31, 30, 10, 0].map(milestone)).toEqual([
    "",
    "This code expires in 30 seconds.",
    "This code expires in 10 seconds.",
    "This code may have expired. Try it, or request a new one.",
  ]);
});
