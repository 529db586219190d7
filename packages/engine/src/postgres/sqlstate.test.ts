import { expect, it } from 'vitest';
import {
  isConnectionLoss,
  isForeignKeyViolation,
  isMissingPartition,
  isSerialization,
  isUniqueViolation,
  sqlstate,
} from './sqlstate.ts';

function databaseError(code: string, fields: object = {}): Error {
  return Object.assign(new Error('from the server'), { severity: 'ERROR', code, ...fields });
}

function systemError(code: string): Error {
  return Object.assign(new Error('from the system'), { code });
}

it('reads the SQLSTATE of errors that the server reported, and of no others', () => {
  expect(sqlstate(databaseError('23505'))).toBe('23505');
  expect(sqlstate(systemError('EPIPE'))).toBeUndefined();
  expect(sqlstate('23505')).toBeUndefined();
});

it('knows a lost connection by SQLSTATE, by system error, by what the driver says, and through its cause', () => {
  for (const code of ['08006', '57P01', '57P03', '53300', '25006'])
    expect(isConnectionLoss(databaseError(code))).toBe(true);
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EPIPE']) expect(isConnectionLoss(systemError(code))).toBe(true);
  expect(isConnectionLoss(new Error('Connection terminated unexpectedly'))).toBe(true);
  expect(isConnectionLoss(new Error('Query read timeout'))).toBe(true);
  expect(isConnectionLoss(new Error('wrapped', { cause: systemError('ECONNRESET') }))).toBe(true);
  expect(isConnectionLoss(databaseError('42601'))).toBe(false);
  expect(isConnectionLoss(new Error('anything else'))).toBe(false);
  expect(isConnectionLoss(undefined)).toBe(false);
});

it('tells violations apart, by constraint where asked', () => {
  expect(isUniqueViolation(databaseError('23505', { constraint: 'task_key' }))).toBe(true);
  expect(isUniqueViolation(databaseError('23505', { constraint: 'task_key' }), 'task_key')).toBe(true);
  expect(isUniqueViolation(databaseError('23505', { constraint: 'task_key' }), 'other')).toBe(false);
  expect(isForeignKeyViolation(databaseError('23503', { constraint: 'x' }), 'x')).toBe(true);
  expect(isMissingPartition(databaseError('23514'))).toBe(true);
  expect(isMissingPartition(databaseError('23514', { constraint: 'positive' }))).toBe(false);
  expect(isSerialization(databaseError('40001'))).toBe(true);
  expect(isSerialization(databaseError('40P01'))).toBe(true);
  expect(isSerialization(databaseError('23505'))).toBe(false);
});
