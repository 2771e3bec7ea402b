import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderHtml } from "../../src/report/html/page.ts";
import { fixture, usual } from "./fixture.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

describe.skipIf(!existsSync(executablePath))(`the page in a browser (${executablePath})`, () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args });
    folder = mkdtempSync(join(tmpdir(), "offramp-report-"));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(sketch: typeof usual, width: number, colorScheme: "light" | "dark" = "light") {
    const { result, distributions } = fixture(sketch);
    const file = join(folder, "report.html");
    writeFileSync(file, renderHtml(result, distributions, { command: "offramp run street-cameras.yaml" }));
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
    const page = await context.newPage();
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
    return { page, complaints, requests, url: pathToFileURL(file).href, close: () => context.close() };
  }

  test.each([
    [1280, "light"],
    [375, "dark"],
  ] as const)(
    "at %i px in %s it asks for nothing but itself, complains of nothing and never scrolls sideways",
    async (width, scheme) => {
      const { page, complaints, requests, url, close } = await open(usual, width, scheme);
      await page.waitForFunction(
        "[...document.querySelectorAll('.legend')].every((legend) => legend.children.length > 0)",
      );
      await page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(complaints).toEqual([]);
      expect(requests.filter((request) => !request.startsWith("data:"))).toEqual([url]);
      await close();
    },
  );

  test("every chart is drawn", async () => {
    const { page, close } = await open(usual, 900);
    const blank = await page.evaluate(`[...document.querySelectorAll(".plot canvas")].filter((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return !data.some((value, i) => i % 4 === 3 && value > 0);
    }).length`);
    expect(await page.locator(".plot canvas").count()).toBe(14);
    expect(blank).toBe(0);
    await close();
  });

  test("a policy is switched off and on again with the keyboard alone", async () => {
    const { page, close } = await open(usual, 900);
    const button = page.locator("#figure-latency-cdf .legend button").first();
    await button.focus();
    await page.keyboard.press("Enter");
    expect(await button.getAttribute("aria-pressed")).toBe("false");
    await page.keyboard.press("Enter");
    expect(await button.getAttribute("aria-pressed")).toBe("true");
    await close();
  });

  test("twelve policies with hostile names make a page without a complaint", async () => {
    const names = Array.from({ length: 12 }, (_, i) => `x</script><b>-with-a-long-name-${i}`);
    const { page, complaints, close } = await open({ ...usual, policies: names }, 375);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(375);
    expect(await page.locator("b:has-text('-with-a-long-name-1')").count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await close();
  });
});
