import {
  defineHandler,
  type HandlerInstance,
  PermanentError,
  type StepContext,
  StepHandlerResult,
} from '@tasker/engine';
import { handlersByName } from '../shared/handlers-by-name.ts';
import { fieldsOf, integerIn, numberIn, textIn } from '../shared/json-fields.ts';

/** The handlers of all shapes. They know no step by name but those that say more than "the ones before me". */
export function shapeHandlers(): Record<string, HandlerInstance> {
  return handlersByName(
    [
      defineHandler('shapes.linear_step_1', {}, ({ context }) =>
        isPower(context) ? powered(context) : calculated('squared_value', numberOf(context) ** 2),
      ),
      defineHandler('shapes.linear_step_2', {}, ({ context }) =>
        isPower(context)
          ? powered(context)
          : calculated('added_value', before(context, 'linear_step_1', 'squared_value') + 10, 'linear_step_1'),
      ),
      defineHandler('shapes.linear_step_3', {}, ({ context }) =>
        isPower(context)
          ? powered(context)
          : calculated('multiplied_value', before(context, 'linear_step_2', 'added_value') * 3, 'linear_step_2'),
      ),
      defineHandler('shapes.linear_step_4', {}, ({ context }) =>
        isPower(context)
          ? powered(context, 16)
          : calculated('final_value', before(context, 'linear_step_3', 'multiplied_value') / 2, 'linear_step_3'),
      ),
      defineHandler('shapes.diamond_start', {}, ({ context }) =>
        isPower(context) ? powered(context) : calculated('start_value', numberOf(context) ** 2),
      ),
      defineHandler('shapes.diamond_branch_b', {}, ({ context }) =>
        isPower(context)
          ? powered(context)
          : calculated('branch_b_value', before(context, 'diamond_start', 'start_value') + 25, 'diamond_start'),
      ),
      defineHandler('shapes.diamond_branch_c', {}, ({ context }) =>
        isPower(context)
          ? powered(context)
          : calculated('branch_c_value', before(context, 'diamond_start', 'start_value') * 2, 'diamond_start'),
      ),
      defineHandler('shapes.diamond_end', {}, ({ context }) => {
        if (isPower(context)) return squaredProduct(context, ['diamond_branch_b', 'diamond_branch_c'], 16);
        const b = before(context, 'diamond_branch_b', 'branch_b_value');
        const c = before(context, 'diamond_branch_c', 'branch_c_value');
        return calculated('final_value', (b + c) / 2, 'diamond_branch_b', 'diamond_branch_c');
      }),
      defineHandler('shapes.square', {}, ({ context }) => powered(context)),
      defineHandler('shapes.squared_product', {}, ({ context }) =>
        squaredProduct(context, factorsOf[context.stepName] ?? [], powerOf(context)),
      ),
    ].map((Handler) => new Handler()),
  );
}

/** What the steps that several branches lead to multiply. */
const factorsOf: Readonly<Record<string, readonly string[]>> = {
  tree_final_convergence: ['tree_leaf_d', 'tree_leaf_e', 'tree_leaf_f', 'tree_leaf_g'],
  dag_validate: ['dag_process_left', 'dag_process_right'],
  dag_finalize: ['dag_validate', 'dag_transform', 'dag_analyze'],
};

/** The parent of each step that has one and squares what it made. */
const parentOf: Readonly<Record<string, string>> = {
  linear_step_2: 'linear_step_1',
  linear_step_3: 'linear_step_2',
  linear_step_4: 'linear_step_3',
  diamond_branch_b: 'diamond_start',
  diamond_branch_c: 'diamond_start',
  tree_branch_left: 'tree_root',
  tree_branch_right: 'tree_root',
  tree_leaf_d: 'tree_branch_left',
  tree_leaf_e: 'tree_branch_left',
  tree_leaf_f: 'tree_branch_right',
  tree_leaf_g: 'tree_branch_right',
  dag_process_left: 'dag_init',
  dag_process_right: 'dag_init',
  dag_transform: 'dag_process_left',
  dag_analyze: 'dag_process_right',
};

function isPower(context: StepContext): boolean {
  return context.getInput('mode') === 'power';
}

function numberOf(context: StepContext): number {
  const number = integerIn(context.inputData, 'even_number');
  if (number !== undefined && number % 2 === 0 && number >= 2 && number <= 100) return number;
  throw new PermanentError('`even_number` must be an even number from 2 to 100.', { errorCode: 'VALIDATION_ERROR' });
}

function before(context: StepContext, step: string, field: string): number {
  return present(numberIn(fieldsOf(context.getDependencyResult(step)), field), step);
}

function calculated(field: string, value: number, ...refs: string[]) {
  return StepHandlerResult.success({ [field]: value }, { operation: field, input_refs: refs });
}

/** The square of what the step before made, or of the number itself. As text: it soon is too big for a number. */
function powered(context: StepContext, power?: number) {
  const parent = parentOf[context.stepName];
  const base = parent === undefined ? BigInt(numberOf(context)) : bigBefore(context, parent);
  return bigResult(context, base * base, parent === undefined ? [] : [parent], power);
}

function squaredProduct(context: StepContext, factors: readonly string[], power: number | undefined) {
  const product = factors.reduce((result, step) => result * bigBefore(context, step), 1n);
  return bigResult(context, product * product, factors, power);
}

/** With a proof where it is known which power of the number this must be. */
function bigResult(context: StepContext, value: bigint, refs: readonly string[], power: number | undefined) {
  const metadata = { operation: 'square', input_refs: [...refs] };
  if (power === undefined) return StepHandlerResult.success({ value: String(value) }, metadata);
  const expected = BigInt(numberOf(context)) ** BigInt(power);
  const verification = { expected: String(expected), actual: String(value), matches: expected === value };
  return StepHandlerResult.success({ value: String(value), verification }, metadata);
}

function bigBefore(context: StepContext, step: string): bigint {
  return BigInt(present(textIn(fieldsOf(context.getDependencyResult(step)), 'value'), step));
}

function powerOf(context: StepContext): number | undefined {
  return integerIn(context.stepConfig, 'power');
}

function present<Value>(value: Value | undefined, step: string): Value {
  if (value !== undefined) return value;
  throw new PermanentError(`There is no result of ${step}.`, { errorCode: 'DEPENDENCY_ERROR' });
}
