"""Words that show a capitalized line at the top of a resume to be a title, a place or a section, not a name."""

# Beginnings of words, lower case, "ё" written "е". A line with a word that starts so is not a personal name.
HEADER_STEMS: tuple[str, ...] = tuple(
    """
    flexib workforc caseload holder phlebotom cytolog schedul chemother cancer tracker hospice abilit abogad
    about academ academi accomplish account achiev acquisition actividad activit acute adjust admin administ
    admiss adobe adolescen adult adverti advis advoc aerospace affair agen agente agil agricult aide air
    allied almac ambulance anaesth analist analy android apparel applica apprentic approval aptitud arch area
    arquitect artist artistic asesor asist assem assess asset assist associat atencion attend attorney audi
    auto autocad auxil avia ayudant azure bachelor bachill back baker band barista bartend benefit bilingual
    bio biolog booking bookkeep breast broker budget build business buyer camarer cardi carin carnicer carpent
    cashier cater center central centre certif chaser chemi cientif cisco civil claim clean client clinic
    cloud coach coaching cociner coder collect college colposcop comerci commander commerc commis commun
    companion company compens competenc compliance comput concept concierge conduc conduct conoc consejer
    conserj construct consult contab contact content contract control coord coordin corporate cosmet counsel
    courier creat credit crypto cuidador curric curricul custom customer cyber data databas degree deliver
    dental dentist dependient deputy dermatolog desarroll design desk desktop detail detective develop device
    devops devsec dialysis dietic dietit digital diploma direct director discharge diseno diseñ dispatch
    district divis docente docker doctor document driv driver e-commerce ecommerce econom edit educ educat
    ejecut electr electric electron embed emergency empleado employ encargad endoscop energy enfermer engag
    engin english entry environ epidemi equip especial estate estudi event excel execut experienc expert
    facilit family farmac fashion fellow finan fisioter fitness fixed flight fontaner foreman formac founder
    freelan frond front full full-stack funcionari gardener general generat geograph geolog geospat gerent
    gest global google government graduate graphic gunner habilidad haemat handyman hardware health healthcare
    highlight homecare honors honours hospital hospitality hotel housekeep housing idioma illustr imag
    implement import inbound industr info informat information infra infrastructure ingenier inspect install
    instruct insur integrat interior intern internet interno interpret invent invest investig iot javascript
    job journal junior kindergarten kingdom kitchen knowledge laboral labour language laravel lawyer leader
    leadership learn lecturer librar licenci license limpieza linux locum logist machin maestr magento
    maintenance major make manag management mantenim manufactur market marketing master material matron
    mecanic mechan media medic member mental mentor merchan microsoft midwi milit multi museum national
    natural navigat network neuro nurs nutrition objective objetiv occupational officer oficial oncolog online
    opener operari operat operator opportunit oracle ordinat orthop outbound outreach packag paediatr painter
    paralegal paramedic partner pastry patholog pathway patient payroll pediatr peer perfil perform periodist
    perito person personal pharmac phd photo photoshop physic physio physiotherap pl/sql planner platform
    plumb podiat police porter postdoc postgrad practi practic pre president primary princip print privat
    process procure product profesor profess profil program progress project promot propert prosthet
    prosthetic proyect psicolog psych public publicid purchas python qualif quality quimic radiograph reactor
    recepcion reception record recruit recurs redact referee regional regist register regulat rehab relation
    reliab renal report represent research resident resource respirat respons restaurant resum resumen retail
    return review robot rota rotational saint salaried salesforce scal schooling scien scientist screening
    search secretar secretari section secur selenium seller sergeant servic servicenow servici session
    sessional sharepoint shopkeep sistem software soldador solution sonograph soporte special speech stat
    steward storekeep strateg structur substitut summar superintend superior supervis supply surg surveyor
    sustain tableau teach teacher tech technic technolog tecnic telecom teleoperador telephon teller terraform
    tester testing theat therap ticket titulad trabajad trad trader traduct traffic train trainee transform
    transla transport travel treasur treat trust tutor typescript united unity university unix usability
    utilit various vascular vehicle vendedor vendor veterin veterinar vigilant vitae volunteer waiter waiting
    waitress ware webdesign webmaster website weld wilderness window wordpress автомат агент агроном адвокат
    админ актер аналит андроид архив архит ассист аудит бариста бармен бекенд библиот бизнес биолог брокер
    бухгалт бэкенд веб ведени ведущ ветер ветерин визаж водит воспит врач геодез геолог главн год горничн дата
    девелоп дежурн делопроизв деятель дизайн дирек диспетч добыч докум дополн доцент желаем журнал завед закуп
    знан иллюстр инженер инспект институт интегр информ испыт истор кадр капитан касс кладов клиент клуб колич
    колл команд конструкт консульт контакт контент контрол координ копирайт корпор косметолог красот кредит
    курьер кухн лаборант личный логист маркет мастер математик матер машин медиц медсестр менедж мерч метод
    механик младш младший модел монтаж москов московск навык начальн ниж новгород новый област образов обуч
    общ обязан окруж опер операт опыт основн отдел офис официант охран оценщ парикмах педагог педиатр перев
    персонал петербург пилот писат планов повар подбор помощ портфолио почта прав практик препод пресс приклад
    программ продав продаж продюс проект проектиров производ промышл профес профил психол рабоч разраб ревиз
    редакт резюме рекл рекрут ремонт репет риэлт россий руковод рыноч салон санкт сборщ сбыт сварщ сведен
    секрет сектор сельск сервис систем складск слесар служб смм соиск сотруд соц спец спорт стажер старш
    статист страх строит студен студент супервайз схем сценар сырь таможен телеком терапевт територ территор
    тест тех технич технолог товар токар торгов треб трен умен универ управ уст учит учител фармац физик
    финанс фитнес флорист фото фреймворк фронтенд хирург хозяйств худож центр член шеф эконом экскурс экспед
    эксперт электр юрис
    """.split()  # noqa: SIM905  # a thousand quoted words would hide the list
)

# Whole words that show the same, but that names may begin with ("Artem", "Sandra", "Campbell").
HEADER_WORDS: frozenset[str] = frozenset(
    """
    this at please note join us calling golden hello salary competitive vacancy vacancies locality street
    midlands full time hours disease diseases hamlet job jobs advert don it what who why how are you we our
    your my about summary key act and angular art arts aws bank bar board brand cad call camp care carer case
    chair chef chief child city clerk cook core cost court cover crew datos day dba de dean django door east
    el en farm field film fire first flask food for fund game gas goal good grado guard guest hair hard head
    heavy help high home host house human hvac in ios item java jefe kotlin la lab labor land las law lead
    legal level live load loan los math mobile model motion mozo music mysql new news night nlp node non north
    of office open order owner page paint park part people phone php pipe plan plant policy portfolio post
    press private quant rail react real red redes risk road room ruby rust safety sale sales san sap school
    scrum sea second self senior server shift shop site skill skills social south sport sports spring sprint
    sql staff state states station stock storage store story student studio support swift system tax team tele
    temp test the to tour trade ui user ux ventas vice video vision vp vue ward warehouse waste water web west
    with word work worker worship writer y year young youth zone арт в вед вет граф груз зам и кол корп край
    курс лид личн лог мл монт моск на нач по пом прог район респ россия рын рынок сет ст стат цел
    """.split()  # noqa: SIM905  # as above
)

# First names and surnames that are words of work or of the language too: never cut alone, only within a full name.
AMBIGUOUS_NAMES: frozenset[str] = frozenset(
    """
    ace angel art baker bill bishop brown carpenter chase clerk cook cooper drew driver edge faith field
    forest frank gene go grant green hope iris jade java jewel john joy julia lee long love major marina mark
    mason may merit miller norma page pearl penny pilot price ray rich rose ruby sage sales sky smith so stone
    summer sunny taylor to victor will wood young вера лев любовь май мир надежда роман слава алмаз рубин
    король мастер сон клара роза лилия luz mar sol paz cruz rey pilar consuelo mercedes amor guerrero pastor
    reyes delgado rojo blanco leon santo flores
    """.split()  # noqa: SIM905  # as above
)
