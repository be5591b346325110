// deno-lint-ignore no-import-prefix -- nobody else needs so large a package, not even to be listed
import ts from "npm:typescript@5.9.3";

/**
 * Places in some files where a promise is made that nobody awaits, answers or catches: if it rejects, the
 * process ends. As `path:line: text`.
 */
export function ownerlessPromises(paths: readonly string[]): string[] {
  const program = ts.createProgram({
    rootNames: [...paths],
    options: {
      allowImportingTsExtensions: true,
      lib: ["lib.esnext.full.d.ts"],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      noEmit: true,
      skipLibCheck: true,
      strict: true,
      target: ts.ScriptTarget.ESNext,
      types: [],
    },
  });
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const file of program.getSourceFiles()) {
    if (paths.includes(file.fileName)) visit(file, file);
  }
  return found;

  function visit(node: ts.Node, file: ts.SourceFile): void {
    if (isOwnerless(node)) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
      const text = node.getText(file).split("\n", 1)[0];
      found.push(`${file.fileName}:${line + 1}: ${text}`);
    }
    ts.forEachChild(node, (child) => visit(child, file));
  }

  function isOwnerless(node: ts.Node): boolean {
    if (ts.isExpressionStatement(node)) return isUncaught(node.expression);
    if (ts.isVoidExpression(node)) return isUncaught(node.expression);
    if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return isCallback(node);
    return false;
  }

  /** A function that answers a promise where nobody looks at what it answers. */
  function isCallback(node: ts.ArrowFunction | ts.FunctionExpression): boolean {
    const [wanted] = checker.getContextualType(node)?.getNonNullableType().getCallSignatures() ??
      [];
    const [given] = checker.getTypeAtLocation(node).getCallSignatures();
    if (wanted === undefined || given === undefined) return false;
    const isIgnored = (checker.getReturnTypeOfSignature(wanted).flags & ts.TypeFlags.Void) !== 0;
    if (!isIgnored || !isPromise(checker.getReturnTypeOfSignature(given))) return false;
    const isAsync = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ??
      false;
    return isAsync || !ts.isExpression(node.body) || isUncaught(node.body);
  }

  function isUncaught(expression: ts.Expression): boolean {
    if (ts.isParenthesizedExpression(expression)) return isUncaught(expression.expression);
    // What stands behind `void` is looked at by itself.
    if (ts.isVoidExpression(expression) || isAssignment(expression)) return false;
    if (ts.isConditionalExpression(expression)) {
      return isUncaught(expression.whenTrue) || isUncaught(expression.whenFalse);
    }
    return isPromise(checker.getTypeAtLocation(expression)) && !isCaught(expression);
  }

  /** Whether a promise ends in `.catch(…)` or `.then(…, …)`, with handlers that make no other one. */
  function isCaught(expression: ts.Expression): boolean {
    if (!ts.isCallExpression(expression)) return false;
    const { expression: callee, arguments: handlers } = expression;
    if (!ts.isPropertyAccessExpression(callee)) return false;
    const name = callee.name.text;
    if (name === "finally") return isCaught(callee.expression);
    const isOwner = (name === "catch" && handlers.length === 1) ||
      (name === "then" && handlers.length === 2);
    return isOwner && !handlers.some(makesPromise);
  }

  function makesPromise(handler: ts.Expression): boolean {
    return checker.getTypeAtLocation(handler).getCallSignatures()
      .some((it) => isPromise(checker.getReturnTypeOfSignature(it)));
  }

  function isPromise(type: ts.Type): boolean {
    if (type.isUnion()) return type.types.some(isPromise);
    return type.getSymbol()?.getName() === "Promise";
  }
}

function isAssignment(expression: ts.Expression): boolean {
  return ts.isBinaryExpression(expression) &&
    expression.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    expression.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
}
