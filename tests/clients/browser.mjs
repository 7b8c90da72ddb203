// A person with a browser, as far as signing in to an app needs one (browser.py is the same for the Python tests): keeps cookies,
// follows redirects, submits forms with their hidden fields, stops where a redirect leaves for the app.
const fetchPage = globalThis.fetch; // taken before the tests watch it: these requests are not the client's

const named = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#x27": "'" };
const unescape = (text) => text.replace(/&(#?\w+);/g, (whole, name) => named[name] ?? whole);

function attributes(tag) {
  const found = {};
  for (const [, name, quoted, bare] of tag.matchAll(/([\w-]+)(?:="([^"]*)"|=([^\s">]+))?/g)) {
    found[name.toLowerCase()] = unescape(quoted ?? bare ?? "");
  }
  return found;
}

// Debian 12's node.js 18 has no getSetCookie yet and joins the lines by commas.
function setCookies(headers) {
  if (headers.getSetCookie) return headers.getSetCookie();
  return (headers.get("set-cookie") ?? "").split(/,\s*(?=[^;,=\s]+=)/).filter(Boolean);
}

function readForms(html) {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)].map(([, head, body]) => {
    const inputs = [...body.matchAll(/<input\b([^>]*)>/gi)].map(([, tag]) => ({ type: "text", ...attributes(tag) }));
    const buttons = [...body.matchAll(/<button\b([^>]*)>([\s\S]*?)<\/button>/gi)]
      .map(([, tag, label]) => ({ type: "submit", ...attributes(tag), label: label.replace(/<[^>]*>/g, "").trim() }));
    for (const input of inputs.filter((one) => one.type === "submit")) buttons.push({ ...input, label: input.value });
    const fields = inputs.filter((one) => one.name && one.type !== "submit"
      && (!["checkbox", "radio"].includes(one.type) || "checked" in one));
    return { ...attributes(head), fields, buttons };
  });
}

export class Browser {
  #cookies = new Map();

  // Signs in unless a cookie already did, approves, and answers {url, status, html, leftFor}: where it ended, or the app's address.
  async authorize(url, login, password, appUri) {
    let page = await this.open(url, appUri);
    const signIn = page.forms.find((form) => form.fields.some((field) => field.type === "password"));
    if (signIn) {
      const values = (field) => field.type === "password" ? password : ["email", "text"].includes(field.type) ? login : field.value;
      page = await this.submit(page, signIn, values, undefined, appUri);
    }
    for (const form of page.forms) {
      const button = form.buttons.find((one) => /authorize|approve|allow/i.test(one.label));
      if (button) return this.submit(page, form, (field) => field.value, button, appUri);
    }
    return page;
  }

  open(url, appUri) {
    return this.#follow(url, { method: "GET" }, appUri);
  }

  submit(page, form, valueOf, button, appUri) {
    const fields = new URLSearchParams(form.fields.map((field) => [field.name, valueOf(field) ?? ""]));
    if (button?.name) fields.append(button.name, button.value ?? "");
    const headers = { Origin: new URL(page.url).origin, Referer: page.url, "Sec-Fetch-Site": "same-origin" };
    return this.#follow(new URL(form.action ?? "", page.url).href, { method: "POST", body: fields, headers }, appUri);
  }

  async #follow(url, request, appUri) {
    for (let hops = 0; hops < 10; hops += 1) {
      const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = { ...request.headers, ...(cookie ? { Cookie: cookie } : {}) };
      const response = await fetchPage(url, { ...request, headers, redirect: "manual" });
      for (const line of setCookies(response.headers)) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
        this.#cookies.set(name, value);
      }
      const html = await response.text();
      const target = response.headers.get("location");
      if (response.status < 300 || response.status > 399 || !target) {
        return { url, status: response.status, html, forms: readForms(html) };
      }
      const next = new URL(target, url).href;
      if (appUri && next.startsWith(appUri)) return { url: next, status: response.status, html: "", forms: [], leftFor: next };
      url = next;
      request = { method: "GET" };
    }
    throw new Error(`redirected too often, last to ${url}`);
  }
}
