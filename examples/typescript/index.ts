import * as pulumi from "@pulumi/pulumi";
import * as bxbi from "pulumi-bxbi";

const config = new pulumi.Config();

const crm = new bxbi.BiSource("crm", {
    title: "CRM Source",
    description: "Источник данных CRM",
    connectorId: 123,
    settings: { login: "admin", password: config.requireSecret("crmPassword") },
});

const orders = new bxbi.BiTable("orders", {
    sourceId: crm.id,
    name: "orders",
    externalName: "Orders",
    externalCode: "orders",
    columns: [
        { name: "ORDER_ID", externalCode: "id", type: "int" },
        { name: "AMOUNT", externalCode: "amount", type: "double" },
        { name: "CREATED", externalCode: "created", type: "datetime" },
    ],
});

export const sourceId = crm.id;
export const tableId = orders.id;
