// Opens reports in a browser and holds them against what a report promises: no accessibility violation in light and dark, wide and narrow;
// nothing on the console, no request, every reference leads somewhere, nothing wider than the screen; a policy that stops what is injected;
// the same text without script; a PDF with all of it.
//
// node check.mjs CHROMIUM PICTURES REPORT…      Pictures of every page, light and wide or dark and narrow, go to the directory PICTURES.
import { readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, pictures, ...reports] = process.argv.slice(2);
if (!reports.length) throw new Error("want CHROMIUM PICTURES REPORT…");
mkdirSync(pictures, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const screens = { wide: { width: 1180, height: 900 }, narrow: { width: 375, height: 800 } };
const failures = [];
const check = (holds, what) => { if (!holds) failures.push(what); };

// Chromium refuses its sandbox to root, as whom a container runs this.
const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
const browser = await chromium.launch({ executablePath, args });

async function opened(url, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const noise = [];
  page.on("console", (message) => noise.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`error: ${error.message}`));
  page.on("request", (request) => { if (request.url() !== url) noise.push(`request: ${request.url()}`); });
  await page.goto(url);
  return { context, page, noise };
}

async function looked(report, url, name) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [size, viewport] of Object.entries(screens)) {
      const { context, page, noise } = await opened(url, { colorScheme, viewport });
      const where = `${name}, ${colorScheme}, ${size}`;
      await page.evaluate(axe);
      const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      for (const violation of found.violations) {
        const nodes = violation.nodes.map((node) => node.target.join(" ")).slice(0, 5).join("; ");
        failures.push(`${where}: ${violation.id}: ${violation.help}: ${nodes}`);
      }
      const wider = await page.evaluate(() => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth);
      check(wider <= 0, `${where}: ${wider} pixels wider than the screen`);
      const lost = await page.evaluate(() =>
        [...document.querySelectorAll("a[href^='#']")]
          .map((link) => link.getAttribute("href").slice(1))
          .filter((anchor) => !document.getElementById(anchor)));
      check(!lost.length, `${where}: no place for ${lost}`);
      const levels = await page.evaluate(() => [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((heading) => +heading.tagName[1]));
      check(levels.every((level, at) => (at ? level <= levels[at - 1] + 1 : level === 1)), `${where}: headings skip a level`);
      check(!noise.length, `${where}: ${noise}`);
      if ((colorScheme === "light") === (size === "wide")) {
        await page.screenshot({ path: join(pictures, `${name}-${colorScheme}-${size}.png`), fullPage: true });
      }
      await context.close();
    }
  }
}

async function guarded(url, name) {
  const { context, page } = await opened(url, {});
  const answered = [];
  page.on("response", (response) => answered.push(response.url()));
  page.on("requestfailed", (request) => { if (!/csp/i.test(request.failure()?.errorText ?? "")) answered.push(request.url()); });
  const violations = await page.evaluate(async () => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
    const inject = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));
    inject("script", { textContent: "globalThis.injected = true" });
    inject("style", { textContent: "body { display: none }" });
    inject("img", { src: "https://tracker.example/pixel" });
    inject("iframe", { src: "https://tracker.example/" });
    const button = document.createElement("button");
    button.setAttribute("onclick", "globalThis.injected = true");
    document.body.append(button);
    button.click();
    document.querySelector("h1").setAttribute("style", "color: red");
    await new Promise((done) => setTimeout(done, 300));
    return { seen, ran: globalThis.injected === true, shown: getComputedStyle(document.body).display };
  });
  for (const directive of ["script-src-elem", "style-src-elem", "img-src", "frame-src", "style-src-attr", "script-src-attr"]) {
    check(violations.seen.includes(directive), `${name}: ${directive} is not guarded`);
  }
  check(!violations.ran && violations.shown !== "none", `${name}: something injected took effect`);
  check(!answered.length, `${name}: a request left: ${answered}`);
  await context.close();
}

async function printed(url, name) {
  const { context, page } = await opened(url, { javaScriptEnabled: false });
  const text = await page.locator("main").innerText();
  check(text.includes("Verdict") && text.includes("How to verify this yourself"), `${name}: not whole without script`);
  const pdf = await page.pdf({ format: "A4", printBackground: true });
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  check(pdf.subarray(0, 5).toString() === "%PDF-" && pages >= 2, `${name}: no PDF`);
  writeFileSync(join(pictures, `${name}.pdf`), pdf);
  await context.close();
  return pages;
}

for (const report of reports) {
  const [url, name] = [pathToFileURL(resolve(report)).href, basename(report, ".html")];
  await looked(report, url, name);
  await guarded(url, name);
  const pages = await printed(url, name);
  console.log(`${name}: ${readFileSync(report).length} bytes, ${pages} pages as PDF`);
}
await browser.close();
for (const failure of failures) console.error(`FAILS ${failure}`);
console.log(failures.length ? `${failures.length} failures` : `${reports.length} reports hold`);
process.exit(failures.length ? 1 : 0);
