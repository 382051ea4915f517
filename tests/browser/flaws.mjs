// Finds flaws in a page, of guests or of managers. Each function returns the problems that it finds.

import axe from 'axe-core';

// A finger hits this for sure, in CSS pixels.
const SMALLEST_TARGET = 44;

/** Elements that make the document wider than the window. */
export function overflow(page) {
  return page.evaluate(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const tooFar = (box) => box.getBoundingClientRect().right > root.clientWidth + 0.5;
    const scrolls = (element) => element !== document.body && getComputedStyle(element).overflowX !== 'visible';
    // A long word sticks out of its element.
    const longWord = (element) =>
      [...element.childNodes].some((node) => {
        const text = document.createRange();
        text.selectNode(node);
        return node.nodeType === Node.TEXT_NODE && tooFar(text);
      });
    const culprits = [];
    // An element that scrolls by itself may be as wide inside as it likes. Of the others the innermost suffice: the
    // elements around them stick out because of them.
    const search = (element) => {
      const inside = scrolls(element) ? [] : [...element.children].map(search);
      if (inside.some(Boolean)) return true;
      const guilty = tooFar(element) || (!scrolls(element) && longWord(element));
      if (guilty) culprits.push(element.outerHTML.slice(0, 120));
      return guilty;
    };
    search(document.body);
    return [`the document is ${root.scrollWidth - root.clientWidth} px too wide: ${culprits.slice(0, 5).join(' and ')}`];
  });
}

/** Text that sticks out of the box in which it is drawn. */
export function clipped(page) {
  return page.evaluate(() => {
    const isDrawn = ({ backgroundColor, borderTopWidth }) =>
      backgroundColor !== 'rgba(0, 0, 0, 0)' || borderTopWidth !== '0px';
    const isInside = (inner, outer) =>
      inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top && inner.bottom <= outer.bottom;
    const problems = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      let box = text.parentElement;
      if (!text.data.trim() || !box.checkVisibility() || box.matches('script, textarea')) continue;
      while (!isDrawn(getComputedStyle(box)) && box !== document.body) box = box.parentElement;
      const range = document.createRange();
      range.selectNodeContents(text);
      if (isInside(range.getBoundingClientRect(), box.getBoundingClientRect())) continue;
      problems.push(`${JSON.stringify(text.data.trim())} does not fit into ${box.outerHTML.slice(0, 80)}`);
    }
    return problems;
  });
}

/** Elements that lose something on paper, which does not scroll. */
export function cutOff(page) {
  return page.evaluate(() =>
    [...document.body.querySelectorAll('*')]
      .filter((element) => getComputedStyle(element).overflowX !== 'visible' && element.scrollWidth > element.clientWidth)
      .map((element) => `${element.scrollWidth - element.clientWidth} px are cut off: ${element.outerHTML.slice(0, 120)}`),
  );
}

/** Obstacles for people who use a screen reader or a keyboard, or need contrast. */
export async function violations(page) {
  await page.evaluate(`window.axe || ${axe.source}`);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  const grave = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => `axe ${id} (${impact}): ${node.target.join(' ')}: ${node.failureSummary.replace(/\s+/g, ' ')}`),
  );
}

/** Targets that a finger would miss. An input that its label covers is hit through the label. */
export function smallTargets(page) {
  return page.evaluate((smallest) => {
    const inputs = 'label:has(input), input:not([type=hidden], label input)';
    const targets = [...document.querySelectorAll(`a, button, textarea, select, summary, ${inputs}`)];
    // Nobody taps what isn't shown. A layout's fractions may be a hair less.
    const small = targets.filter((target) => {
      const { height } = target.getBoundingClientRect();
      return target.checkVisibility() && height < smallest - 0.01;
    });
    if (small.length === 0) return [];
    const some = small.slice(0, 5).map((target) => target.outerHTML.slice(0, 120));
    return [`${small.length} targets are less than ${smallest} px high: ${some.join(' and ')}`];
  }, SMALLEST_TARGET);
}
