extension SandboxCatalogue {
    /// "Pensione Vecchiaia" as the provider's page shows it, and items with the names, hashes and categories of the
    /// provider's list, whose fields and prices are of our own making.
    static let standard: [SandboxItem] = [
        pensionItem,
        SandboxItem(
            #"""
            {"nome_visura": "Visura Camerale Ordinaria - società di Capitale ", "nome_categoria": "Camerali",
             "hash_visura": "eccbc87e4b5ce2fe28308fd9f2a7baf3", "ricerca": false, "sincrona": false,
             "prezzo_visura": 4.9, "prezzo_ricerca": 0, "opzioni": null,
             "json_struttura": {
               "campi": {
                 "$0": {"nome": "NRea", "tipo": "denominazione", "null": false},
                 "$1": {"nome": "Cciaa", "tipo": "cod_provincia", "null": false, "ordine": "1"}},
               "validazione": "$0 && $1  ", "istruzioni": "", "istruzioni_ricerca": ""}}
            """#,
            supplier: "_rib_cam_Ordinaria"
        ),
        SandboxItem(
            #"""
            {"nome_visura": "Visura Camerale Ordinaria con Ricerca", "nome_categoria": "Camerali",
             "hash_visura": "afa0b4cu7yd06226i5d89p00077c3j6t", "ricerca": true, "sincrona": false,
             "prezzo_visura": 4.78, "prezzo_ricerca": 0.38, "opzioni": null,
             "json_struttura": {
               "campi": {
                 "$0": {"nome": "Denominazione/Ragione Sociale", "tipo": "denominazione", "null": true},
                 "$1": {"nome": "Partita Iva o Codice Fiscale", "tipo": "partita_iva", "null": true,
                        "ordine": "1"}},
               "validazione": "$0 || $1", "istruzioni": "",
               "istruzioni_ricerca": "PHA+U2NlZ2xpZXJlIGwnYXppZW5kYS48L3A+"}}
            """#,
            supplier: "_rib_cam_OrdinariaRicerca"
        ),
        SandboxItem(
            #"""
            {"nome_visura": "Cariche Attive Persona", "nome_categoria": "Camerali",
             "hash_visura": "f3a0979f15915b337aafabcd89c5ee70", "ricerca": false, "sincrona": false,
             "prezzo_visura": 5, "prezzo_ricerca": 0, "opzioni": null,
             "json_struttura": {
               "campi": {"$0": {"nome": "Codice Fiscale", "tipo": "codice_fiscale", "null": "0"}},
               "validazione": "$0", "istruzioni": "", "istruzioni_ricerca": ""}}
            """#,
            supplier: "_rib_cam_Cariche"
        ),
        SandboxItem(
            #"""
            {"nome_visura": "Planimetria Catastale", "nome_categoria": "Catastali",
             "hash_visura": "4ff728695eab3ab9eaa6f58b22cd5734", "ricerca": false, "sincrona": false,
             "prezzo_visura": 15, "prezzo_ricerca": 0,
             "opzioni": [{"tipo": "urgenza", "prezzo": 6.5, "nome": "opzione_0"}],
             "json_struttura": {
               "campi": {
                 "$0": {"nome": "Comune", "tipo": "cod_comune", "null": false, "ordine": "1"},
                 "$1": {"nome": "Foglio", "tipo": "catastale_foglio", "null": false, "ordine": "2"},
                 "$2": {"nome": "Particella", "tipo": "catastale_particella", "null": false, "ordine": "3"},
                 "$3": {"nome": "Subalterno", "tipo": "catastale_sub", "null": true, "ordine": "4"},
                 "$4": {"nome": "Delega", "tipo": "file", "null": false, "ordine": "5"}},
               "validazione": "($0 && $1 && $2 && $3 && $4) || ($0 && $1 && $2 && $4)",
               "istruzioni": "", "istruzioni_ricerca": ""}}
            """#,
            supplier: "_cat_Planimetria"
        ),
        SandboxItem(
            #"""
            {"nome_visura": "ISEE", "nome_categoria": "Patronato",
             "hash_visura": "6aa0789f5ba34684b2bc5ccf364f8929", "ricerca": 0, "sincrona": false,
             "prezzo_visura": 9, "prezzo_ricerca": 0, "opzioni": null,
             "json_struttura": {
               "campi": {
                 "$0": {"nome": "Codice fiscale", "tipo": "codice_fiscale_persona_fisica", "null": false},
                 "$1": {"nome": "Data di nascita", "tipo": "data_iso8601", "null": false, "ordine": "1"}},
               "validazione": "$0 && $1", "istruzioni": "", "istruzioni_ricerca": ""}}
            """#,
            supplier: "_pat_ISEE"
        ),
        SandboxItem(
            #"""
            {"nome_visura": "Relazione Immobiliare Light", "nome_categoria": "Servizi immobiliari",
             "hash_visura": "155e32c7eafa9bf45fd65f8647a9a623", "ricerca": false, "sincrona": false,
             "prezzo_visura": 20, "prezzo_ricerca": 0, "opzioni": null,
             "json_struttura": {
               "campi": {
                 "$0": {"nome": "Comune", "tipo": "cod_comune", "null": false},
                 "$1": {"nome": "Indirizzo", "tipo": "testo", "null": false, "ordine": "1"}},
               "validazione": "", "istruzioni": "", "istruzioni_ricerca": ""}}
            """#,
            supplier: "_imm_Light"
        ),
    ].compactMap(\.self)
}
