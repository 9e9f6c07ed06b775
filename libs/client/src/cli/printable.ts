/** Words of others are shown in a terminal, which takes some characters for orders. */
export const printable = (text: string): string => text.replaceAll(/(?!\n)\p{Cc}/gu, '\ufffd');
