/** Sample companies, each with one instance. */
export const companies = [
  { id: 'tenant-brightwater', name: 'Brightwater Fuels', instance: { id: 'instance-brightwater-sd', name: 'Brightwater S&D', system_id: 'bw-01' } },
  { id: 'tenant-cartage-north', name: 'Cartage North', instance: { id: 'instance-cartage-tms', name: 'Cartage TMS', system_id: 'cn-17' } },
  { id: 'tenant-harbor-retail', name: 'Harbor Retail', instance: { id: 'instance-harbor-erp', name: 'Harbor ERP', system_id: 'hr-02' } },
] as const;

export type Company = (typeof companies)[number];
