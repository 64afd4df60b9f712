extension ItemHash {
    /// The catalogue's items of the category "Patronato" (doc, the example of `GET /visure`), which people produce in
    /// working days; the provider's page promises them within two of the complete papers.
    ///
    /// An order names its item, and not the item's category.
    public static let patronato: Set<ItemHash> = Set(
        [
            "38a18478a1b223e0da81a6e0fcc730df",  // 730 Congiunto
            "38934ffe45179c4d5b88e2a6b849799a",  // 730 Singolo
            "42fa97e7dc036947f44b9ecff50e0bcb",  // AUTORIZZAZIONE ANF DIP
            "1f9dfd7e9a73918756470d9618fb317d",  // Calcolo e Previsione Pensione
            "754216257d9bb0f0fa12d3bc5414d560",  // Certificato di matrimonio
            "4c82d4d3aa2d0f26f61337ae22dd324d",  // Certificato di matrimonio tradotto (altre lingue)
            "1ec97fba0a0b42a95c27043850077341",  // Certificato di matrimonio tradotto (GB-ES-FR)
            "e34c38d9b1b17217fafb605fe5fa75b4",  // Certificato di residenza AIRE
            "69663cda34a03ef7efc253262baea547",  // Certificato di residenza anagrafica
            "4c84e22bbabd5f25b0102bb3bfe82790",  // Certificato stato di famiglia
            "9747dc915d45feae44933faff87339a9",  // Certificato storico di residenza
            "fd2875faac6640f5a7ecba51f8e68816",  // Copia integrale atto di matrimonio
            "b3e909f65b8c8669acd681037f49abf2",  // Copia integrale atto di matrimonio tradotto (altre lingue)
            "1eebd39478f59e60dd2b3809fcbf9085",  // Copia integrale atto di matrimonio tradotto (GB-ES-FR)
            "df66c5f10a4ce1162c56f762c562d79c",  // CUD Pensionati
            "232489febe7e589192ac50dee2a05a56",  // DIMISSIONI VOLONTARIE
            "224fcc49770edad354cdd9c480a7e50e",  // Domanda Assegno Unico
            "642ad03a651c6ae3cd152dc85faf7677",  // Domanda di Cittadinanza Italiana
            "2631ec9b62135de4186f509fea7d954b",  // Domanda Esame A2 per Carta di Soggiorno
            "cf711d0121f5a2f95a8694d960124bd1",  // Estratto Contributivo
            "90a405e6916d7245a6a6bb4a0ad5f9b0",  // Estratto di matrimonio
            "90295381c8ebd0a3bfd18d35f315574b",  // Estratto di matrimonio tradotto (altre lingue)
            "239689b89ac34c9143c96c981b552520",  // Estratto di matrimonio tradotto (GB-ES-FR)
            "4d085e4448d523d18aa7f76f53662ff8",  // IMU CALCOLO
            "aee4f1dc8266a392f326a2b17e86d1d0",  // Indennità di Maternità
            "f35c959882a5c6be1bd227654ed8eded",  // Indennità per congedi straordinari (legge 104)
            "8a7c8386fff43d28182cfa2ad24a3532",  // Indennità per congedo parentale
            "6aa0789f5ba34684b2bc5ccf364f8929",  // ISEE
            "57c24ad72bd57ba4d796622504086e02",  // ISEE CORRENTE
            "917a50a70cf6df1d161600168bba5222",  // ISEE SOCIO SANITARIO A CICLO CONTINUO
            "61987f81efc1a1cdde3ba0f8f48a3aaa",  // NASPI
            "4430f340c6f44778da912a061de271a4",  // NASpI Anticipata
            "3d1eee78a4a76432d4a09a30574c177e",  // NASPI COM
            "bc74d769203eb5c33f2a40e91c076ec3",  // OBIS-M
            "e767a64dec5b382cbff27b3e46f41441",  // Pacchetto Finanziaria
            "5fec14002548c9ae115758500c8981ee",  // Pensione di vecchiaia
            "079e2c420c93f633ac4c8954f27c1299",  // Pensione Superstiti
            "1f40fac47d50ad0c80b0426d3da1519f",  // Reddito di Cittadinanza
            "7fa0ede91e5096663d87a15d97355fd9",  // Reddito di Cittadinanza Com esteso
            "b6887eb9c3e6238a1b3a19217225f085",  // Reddito di Cittadinanza con ISEE
            "460b31652b679e975bc4f3e29c3c01e6",  // REM
            "ec76981f4a38a771af76b64af93a109b",  // Rettifica ISEE
            "442500298a5af635d303565238a998b9",  // Revoca Dimissioni telematiche volontarie
            "81a9493aa70517869216d4a7bc41a4af",  // RICHIESTA ANF DIP senza autorizzazione
            "0089e0f8be42f26c4e52251391333a8f",  // Richiesta assegno invalidità (con accompagno e senza)
            "04e0d6e942eb231d4f265920a39cdcb2",  // Ricongiungimento 1 Familiare
            "07bfc62769ffcffe647fab84c0c127f0",  // Ricongiungimento 2 Familiari
            "e65a00e447340c9e57d5c334b2446f8d",  // Ricongiungimento 3 Familiari
            "378b1bb4fc29809619d220975729c013",  // Ricongiungimento 4 Familiari
            "3a3bf5e4220fb00cc8eb5457c44ebea9",  // Ricostituzione dei contributi
            "9476764f6f469bd45e91652eb0400619",  // Rinnovo assegno invalidità (con accompagno e senza)
            "0d9ada4b11f4493674559264d6879948",  // Riscatto leva militare
            "2800b5f326a8f298761cde42da9f6c53",  // Visura Bolli
            "89031e957e9cebc4f6e64948f2353727",  // Visura Proprietari PRA
            "7deb1e62338cf1d811b3a74c3c1a1bc2",  // Visura Targa PRA
        ].compactMap(ItemHash.init(rawValue:))
    )
}
