/** Elements out of data. Whatever comes from the sensor becomes text, never markup. */

/** The element with an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** An element with attributes and children, which are elements or text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** A cell that others can be told of by a class. */
export function cell(content, className) {
  return element("td", className === undefined ? {} : { class: className }, content);
}

/** A button that shows what is known of a rule. */
export function ruleButton(id, ref) {
  return element("button", { type: "button", class: "rule", "data-rule": id }, ...breakable(ref));
}

/** A name that can go on in the next line behind a dot or the like. */
export function breakable(name) {
  return name.split(/(?<=[._-])/).flatMap((part) => [part, element("wbr")]);
}

/** Sets a text where it is another: what stays is neither drawn nor read out again. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Makes the rows of a table those of some items. Rows stay where they are as long as their item has the
 * same key, so that neither the focus nor a selection is lost.
 */
export function fill(table, items, { keyOf, make, update = () => {} }) {
  const body = table.tBodies[0];
  const kept = new Map(Array.from(body.rows, (row) => [row.dataset.key, row]));
  const wanted = items.map((item) => {
    const key = String(keyOf(item));
    const row = kept.get(key) ?? element("tr", { "data-key": key }, ...make(item));
    kept.delete(key);
    update(row, item);
    return row;
  });
  for (const row of kept.values()) row.remove();
  let place = body.firstElementChild;
  for (const row of wanted) {
    if (row === place) place = place.nextElementSibling;
    else body.insertBefore(row, place);
  }
  table.hidden = items.length === 0;
  const nothing = table.nextElementSibling;
  if (nothing?.classList.contains("nothing")) nothing.hidden = items.length > 0;
}
