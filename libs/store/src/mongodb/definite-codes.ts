/** Server codes that reject the operation itself, also in a retry. The cause is the command or its data. */
const definite: Readonly<Record<number, string>> = {
  2: 'BadValue',
  9: 'FailedToParse',
  14: 'TypeMismatch',
  15: 'Overflow',
  16: 'InvalidLength',
  22: 'InvalidBSON',
  26: 'NamespaceNotFound',
  28: 'PathNotViable',
  40: 'ConflictingUpdateOperators',
  52: 'DollarPrefixedFieldName',
  56: 'EmptyFieldName',
  57: 'DottedFieldName',
  59: 'CommandNotFound',
  66: 'ImmutableField',
  72: 'InvalidOptions',
  73: 'InvalidNamespace',
  85: 'IndexOptionsConflict',
  86: 'IndexKeySpecsConflict',
  121: 'DocumentValidationFailure',
  168: 'InvalidPipelineOperator',
  11000: 'DuplicateKey',
};

/** 10334: the document exceeds the size limit. 17419 and 17420: an update would exceed it. */
const tooLarge: ReadonlySet<unknown> = new Set([10334, 17419, 17420]);

export const isTooLargeCode = (code: unknown): boolean => tooLarge.has(code);

export const isDefiniteCode = (code: unknown): boolean => isTooLargeCode(code) || (typeof code === 'number' && code in definite);
