/** The API as the intake describes it, for who reads the repository and not a running service. */
export const openApi = {
  path: 'docs/openapi.json',
  print: async () => {
    const { openApiDocument } = await import('../../apps/intake/dist/routes.js');
    return `${JSON.stringify(openApiDocument(), null, 2)}\n`;
  },
};
