import jsep from "jsep";
import type { Machine } from "../../reducers/machine.ts";
import { PathError, type Reader, readerOf } from "./reader.ts";

/**
 * Questions about a state: expressions over named registers, fields and values of trees, such as
 * `vgpu1.rcs0.RING_TAIL.TailOffset > 0x400 && vgpu1.tree.interruptLine`. `now` is model time in microseconds,
 * `seq` the last input.
 */
export interface Predicate {
  readonly text: string;
  /** Paths that it reads. */
  readonly paths: readonly string[];
  /** Does it read `now` or `seq`? They change with every input. */
  readonly readsClock: boolean;
  /** Once true it stays true: only comparisons of `now` and `seq` say so of themselves. */
  readonly monotone: boolean;
  holds(machine: Machine): boolean;
}

/** An expression that cannot be read. The message has the expression and a caret below the place. */
export class PredicateError extends Error {
  override readonly name = "PredicateError";

  constructor(text: string, index: number, reason: string) {
    super(`${reason}\n  ${text}\n  ${" ".repeat(Math.max(0, Math.min(index, text.length)))}^`);
  }
}

type Value = number | boolean | string;
type Evaluate = (machine: Machine) => Value;

/** Names that only ever grow. */
const GROWING: Readonly<Record<string, Evaluate>> = {
  now: (machine) => machine.core.now,
  seq: (machine) => machine.core.seq,
};

/**
 * Hexadecimal numbers are the field's habit and not jsep's: they become decimal before it reads them, column
 * for column.
 */
function withoutHex(text: string): string {
  return text.replace(/\b0x([0-9a-fA-F_]+)\b/g, (whole, digits: string) => {
    const decimal = String(Number.parseInt(digits.replaceAll("_", ""), 16));
    return decimal.padEnd(whole.length);
  });
}

/**
 * First of ten characters that stand for the digits of a path's step: jsep takes no digit there, but these.
 */
const STEP_DIGITS = 0xe000;

/** Steps of a path that are numbers (`pipes.0.on`) become names that jsep can read, column for column. */
function withNumberedSteps(text: string): string {
  return text.replace(/(?<=[A-Za-z_][\w.\]\uE000-\uE009]*)\.(\d+)\b/g, (_, digits: string) => {
    const codes = Array.from(digits, (digit) => STEP_DIGITS + Number(digit));
    return `.${String.fromCharCode(...codes)}`;
  });
}

/** The name that was written where jsep has read this one. */
function asWritten(name: string): string {
  return name.replace(/[\uE000-\uE009]/g, (digit) => String(digit.charCodeAt(0) - STEP_DIGITS));
}

/** Compile what somebody typed: an unknown name is shown in the expression too. Throws PredicateError alone. */
export function parsePredicate(text: string, machine: Machine): Predicate {
  try {
    return compilePredicate(text, machine);
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw new PredicateError(text, Math.max(0, text.indexOf(error.path)), error.message);
  }
}

/**
 * Compile an expression; names are looked up in `machine`'s tables. Throws PredicateError, or PathError for an
 * unknown name.
 */
export function compilePredicate(text: string, machine: Machine): Predicate {
  let tree: jsep.Expression;
  try {
    tree = jsep(withNumberedSteps(withoutHex(text)));
  } catch (error) {
    const { index = 0, description = String(error) } = error as { index?: number; description?: string };
    throw new PredicateError(text, index, `this is no expression: ${description}`);
  }
  const paths: string[] = [];
  const context: Context = { text, machine, paths, readsClock: false };
  const evaluate = compile(tree, context);
  return {
    text,
    paths,
    readsClock: context.readsClock,
    monotone: paths.length === 0 && isMonotone(tree),
    holds: (at) => truthy(evaluate(at)),
  };
}

interface Context {
  readonly text: string;
  readonly machine: Machine;
  readonly paths: string[];
  readsClock: boolean;
}

/** What the parser knows beyond what is understood here. */
const NOT_HERE: Record<string, string> = {
  ArrayExpression: "lists",
  CallExpression: "calls",
  ConditionalExpression: "? :",
  SequenceExpression: "commas",
  ThisExpression: "this",
};

function compile(node: jsep.Expression, context: Context): Evaluate {
  switch (node.type) {
    case "Literal": {
      const { value } = node as jsep.Literal;
      return () => value as Value;
    }
    case "Identifier":
    case "MemberExpression":
      return place(node, context);
    case "UnaryExpression": {
      const { operator, argument } = node as jsep.UnaryExpression;
      return unary(operator, compile(argument, context), context);
    }
    case "BinaryExpression": {
      const { operator, left, right } = node as jsep.BinaryExpression;
      for (const side of [left, right]) refuseText(operator, side, context);
      return binary(operator, compile(left, context), compile(right, context), context);
    }
    case "Compound": {
      const [, second] = (node as jsep.Compound).body;
      const reason = second === undefined ? "the expression is empty" : "this is more than one expression";
      throw new PredicateError(context.text, 0, reason);
    }
    default:
      throw new PredicateError(
        context.text,
        0,
        `expressions here have no ${NOT_HERE[node.type] ?? node.type}`,
      );
  }
}

/** Text can be equal to what a tree holds, and nothing else. */
function refuseText(operator: string, side: jsep.Expression, { text }: Context): void {
  if (side.type !== "Literal" || typeof (side as jsep.Literal).value !== "string") return;
  if (/^([!=]==?|&&|\|\|)$/.test(operator)) return;
  const { raw } = side as jsep.Literal;
  throw new PredicateError(text, Math.max(0, text.indexOf(raw)), `${operator} takes numbers, not text`);
}

function place(node: jsep.Expression, context: Context): Evaluate {
  const path = pathOf(node, context);
  if (Object.hasOwn(GROWING, path)) {
    context.readsClock = true;
    return GROWING[path];
  }
  if (path === "true" || path === "false") return () => path === "true";
  const reader: Reader = readerOf(context.machine, path);
  context.paths.push(path);
  return reader;
}

function pathOf(node: jsep.Expression, context: Context): string {
  if (node.type === "Identifier") return asWritten((node as jsep.Identifier).name);
  if (node.type === "MemberExpression") {
    const { object, property, computed } = node as jsep.MemberExpression;
    if (!computed) return `${pathOf(object, context)}.${pathOf(property, context)}`;
    return `${pathOf(object, context)}[${String((property as jsep.Literal).value)}]`;
  }
  throw new PredicateError(context.text, 0, `a path cannot hold a ${node.type}`);
}

function unary(operator: string, argument: Evaluate, context: Context): Evaluate {
  if (operator === "!") return (machine) => !truthy(argument(machine));
  if (operator === "-") return (machine) => -Number(argument(machine));
  if (operator === "~") return (machine) => ~Number(argument(machine)) >>> 0;
  throw new PredicateError(
    context.text,
    context.text.indexOf(operator),
    `expressions here have no operator ${operator}`,
  );
}

const ARITHMETIC: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
  "==": (a, b) => Number(a) === Number(b) || a === b,
  "===": (a, b) => a === b,
  "!=": (a, b) => Number(a) !== Number(b) && a !== b,
  "!==": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "+": (a, b) => Number(a) + Number(b),
  "-": (a, b) => Number(a) - Number(b),
  "*": (a, b) => Number(a) * Number(b),
  "%": (a, b) => Number(a) % Number(b),
  "&": (a, b) => (Number(a) & Number(b)) >>> 0,
  "|": (a, b) => (Number(a) | Number(b)) >>> 0,
  "^": (a, b) => (Number(a) ^ Number(b)) >>> 0,
  "<<": (a, b) => (Number(a) << Number(b)) >>> 0,
  ">>": (a, b) => Number(a) >>> Number(b),
};

function binary(operator: string, left: Evaluate, right: Evaluate, context: Context): Evaluate {
  if (operator === "&&") return (machine) => truthy(left(machine)) && truthy(right(machine));
  if (operator === "||") return (machine) => truthy(left(machine)) || truthy(right(machine));
  const apply = ARITHMETIC[operator];
  if (apply !== undefined) return (machine) => apply(left(machine), right(machine));
  throw new PredicateError(
    context.text,
    context.text.indexOf(operator),
    `expressions here have no operator ${operator}`,
  );
}

function truthy(value: Value): boolean {
  return value !== false && value !== 0 && value !== "";
}

/** `now > n`, `seq >= n`, and what && and || make of those. */
function isMonotone(node: jsep.Expression): boolean {
  if (node.type !== "BinaryExpression") return false;
  const { operator, left, right } = node as jsep.BinaryExpression;
  if (operator === "&&" || operator === "||") return isMonotone(left) && isMonotone(right);
  const grows = (side: jsep.Expression): boolean =>
    side.type === "Identifier" && Object.hasOwn(GROWING, (side as jsep.Identifier).name);
  if (operator === ">" || operator === ">=") return grows(left) && right.type === "Literal";
  return (operator === "<" || operator === "<=") && grows(right) && left.type === "Literal";
}
