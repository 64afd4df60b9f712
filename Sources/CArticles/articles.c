#include "articles.h"

// An extension before C23, which clang has in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char alarms[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Alarms.md"
    , 0};
static const char backup_and_restore[] = {
#embed "../RicevutaCore/RicevutaCore.docc/BackupAndRestore.md"
    , 0};
static const char behind_a_proxy[] = {
#embed "../RicevutaCore/RicevutaCore.docc/BehindAProxy.md"
    , 0};
static const char configuring[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Configuring.md"
    , 0};
static const char deliveries[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Deliveries.md"
    , 0};
static const char errors[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Errors.md"
    , 0};
static const char events[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Events.md"
    , 0};
static const char first_order[] = {
#embed "../RicevutaCore/RicevutaCore.docc/FirstOrder.md"
    , 0};
static const char guarantees[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Guarantees.md"
    , 0};
static const char installing[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Installing.md"
    , 0};
static const char metrics[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Metrics.md"
    , 0};
static const char orders[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Orders.md"
    , 0};
static const char running[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Running.md"
    , 0};
static const char threat_model[] = {
#embed "../RicevutaCore/RicevutaCore.docc/ThreatModel.md"
    , 0};
static const char upgrading[] = {
#embed "../RicevutaCore/RicevutaCore.docc/Upgrading.md"
    , 0};

static const struct {
    const char *name;
    const char *text;
} articles[] = {
    {"Alarms", alarms},
    {"BackupAndRestore", backup_and_restore},
    {"BehindAProxy", behind_a_proxy},
    {"Configuring", configuring},
    {"Deliveries", deliveries},
    {"Errors", errors},
    {"Events", events},
    {"FirstOrder", first_order},
    {"Guarantees", guarantees},
    {"Installing", installing},
    {"Metrics", metrics},
    {"Orders", orders},
    {"Running", running},
    {"ThreatModel", threat_model},
    {"Upgrading", upgrading},
};

size_t article_count(void) { return sizeof articles / sizeof articles[0]; }

const char *article_name(size_t index) { return articles[index].name; }

const char *article_text(size_t index) { return articles[index].text; }
